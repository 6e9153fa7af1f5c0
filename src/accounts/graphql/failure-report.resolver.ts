import type DataLoader from 'dataloader';
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import { Uuid } from '../../uuid-input.js';
import { UserType } from '../../identity/users/user.type.js';
import type { UserRow } from '../../identity/users/users.js';
import { connectionOf } from '../../paging/connection.type.js';
import { PageArgs } from '../../paging/page-args.input.js';
import type { CountedPage } from '../../paging/page.js';
import { FailureReportType } from './failure-report.type.js';
import type { FailureReportRow, FailureReports } from '../failures/failure-reports.js';

interface FailuresContext {
  failureReports: FailureReports;
  userLoader: DataLoader<string, UserRow | null>;
}

const FailureReportConnectionType = connectionOf(() => FailureReportType, {
  name: 'FailureReport',
  row: 'A failure report',
  description:
    'A page of failure reports, the latest failure first. A failure that happens again moves to the beginning of the list.',
  isCounted: true,
});

/** Reads reports of users' failures, for administrators. */
@Resolver(() => FailureReportType)
export class FailureReportResolver {
  @Audience('ADMIN')
  @Query(() => FailureReportType, {
    nullable: true,
    description:
      'The failure with a reference. Popup pages show the reference, and errors contain it as `extensions.reference`. Case, spaces and hyphens are ignored. Reports are kept for 30 days. NOT_FOUND for an unknown reference.',
  })
  failureReport(
    @Arg('reference', () => String, { description: 'The eight characters that the user was shown.' })
    reference: string,
    @Ctx() { failureReports }: FailuresContext,
  ): Promise<FailureReportRow> {
    return failureReports.get(reference);
  }

  @Audience('ADMIN')
  @Query(() => FailureReportConnectionType, {
    nullable: true,
    description: 'The failures of the last 30 days, newest first.',
  })
  failureReports(
    @Uuid()
    @Arg('serverId', () => ID, {
      nullable: true,
      description: 'Only failures at this server. Defaults to all servers.',
    })
    serverId: string | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { failureReports }: FailuresContext,
  ): Promise<CountedPage<FailureReportRow>> {
    return failureReports.list(serverId, page);
  }

  @Audience('EVERYONE')
  @FieldResolver(() => UserType, { nullable: true, description: 'The user who was shown the failure.' })
  user(
    @Root() { userId }: FailureReportRow,
    @Ctx() { userLoader }: FailuresContext,
  ): Promise<UserRow | null> {
    return userLoader.load(userId);
  }
}
