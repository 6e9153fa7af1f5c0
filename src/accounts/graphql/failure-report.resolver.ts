import type DataLoader from 'dataloader';
import { GraphQLUUID } from 'graphql-scalars';
import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import { UserType } from '../../identity/users/user.type.js';
import type { UserRow } from '../../identity/users/users.js';
import { FailureReportType } from './failure-report.type.js';
import type { FailureReportRow, FailureReports } from '../failures/failure-reports.js';

interface FailuresContext {
  failureReports: FailureReports;
  userLoader: DataLoader<string, UserRow | null>;
}

/** What people's connections failed with, for administrators to look up. */
@Resolver(() => FailureReportType)
export class FailureReportResolver {
  @Audience('ADMIN')
  @Query(() => FailureReportType, {
    description:
      'What is known of the failure that a person has a reference of: popup pages show it, and errors carry it as `extensions.reference`. Case, spaces and hyphens do not matter. NOT_FOUND for an unknown one; they are kept for 30 days.',
  })
  failureReport(
    @Arg('reference', () => String, { description: 'The eight characters that the person was shown.' })
    reference: string,
    @Ctx() { failureReports }: FailuresContext,
  ): Promise<FailureReportRow> {
    return failureReports.get(reference);
  }

  @Audience('ADMIN')
  @Query(() => [FailureReportType], {
    description: 'What connections failed with in the last 30 days, newest first.',
  })
  failureReports(
    @Arg('serverId', () => GraphQLUUID, {
      nullable: true,
      description: 'Of this server alone; without it, of all.',
    })
    serverId: string | null,
    @Arg('first', () => Int, { defaultValue: 50, description: 'How many at most, 1 to 200.' }) first: number,
    @Ctx() { failureReports }: FailuresContext,
  ): Promise<FailureReportRow[]> {
    return failureReports.list(serverId, first);
  }

  @Audience('EVERYONE')
  @FieldResolver(() => UserType, { nullable: true, description: 'Whose connection it is.' })
  user(
    @Root() { userId }: FailureReportRow,
    @Ctx() { userLoader }: FailuresContext,
  ): Promise<UserRow | null> {
    return userLoader.load(userId);
  }
}
