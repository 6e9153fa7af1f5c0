import { Arg, Args, Ctx, Query, Resolver } from 'type-graphql';
import { Audience } from '../audience.js';
import { connectionOf } from '../paging/connection.type.js';
import type { Page } from '../paging/page.js';
import { PageArgs } from '../paging/page-args.input.js';
import { AuditEventFilterInput } from './audit-event.input.js';
import { AuditEventType } from './audit-event.type.js';
import type { AuditEventRow, AuditLog } from './audit-log.js';

const AuditEventConnectionType = connectionOf(() => AuditEventType, {
  name: 'AuditEvent',
  row: 'An event',
  description:
    'A page of the audit log, newest first. It has no `totalCount`, because counting a long log takes too long.',
});

@Resolver()
export class AuditEventResolver {
  @Audience('ADMIN')
  @Query(() => AuditEventConnectionType, {
    nullable: true,
    description:
      'Returns the audit log, newest first. Administrators only. Events are deleted after AUDIT_RETENTION_DAYS.',
  })
  auditEvents(
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => AuditEventFilterInput, { nullable: true, description: 'Omit it to get all events.' })
    filter: AuditEventFilterInput | null,
    @Ctx() { auditLog }: { auditLog: AuditLog },
  ): Promise<Page<AuditEventRow>> {
    return auditLog.list(filter, page);
  }
}
