import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import { Audience } from '../audience.js';
import type { Page } from '../paging/keyset.js';
import { AuditEventFilterInput } from './audit-event.input.js';
import { AuditEventConnectionType } from './audit-event.type.js';
import type { AuditEventRow, AuditLog } from './audit-log.js';

@Resolver()
export class AuditEventResolver {
  @Audience('ADMIN')
  @Query(() => AuditEventConnectionType, {
    description:
      'Returns the audit log, newest first. Administrators only. Events are deleted after AUDIT_RETENTION_DAYS.',
  })
  auditEvents(
    @Arg('first', () => Int, { defaultValue: 50, description: 'The maximum number of events, 1 to 200.' })
    first: number,
    @Arg('after', () => String, {
      nullable: true,
      description: 'A cursor of this list. The page begins after it. New events do not shift the pages.',
    })
    after: string | null,
    @Arg('filter', () => AuditEventFilterInput, { nullable: true, description: 'Omit it to get all events.' })
    filter: AuditEventFilterInput | null,
    @Ctx() { auditLog }: { auditLog: AuditLog },
  ): Promise<Page<AuditEventRow>> {
    return auditLog.list({ first, after, filter });
  }
}
