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
      'Who did what, newest first. For administrators. Events are kept for as many days as AUDIT_RETENTION_DAYS says.',
  })
  auditEvents(
    @Arg('first', () => Int, { defaultValue: 50, description: 'How many at most, 1 to 200.' }) first: number,
    @Arg('after', () => String, {
      nullable: true,
      description:
        'A cursor of this list: only what comes after it. Events that are added meanwhile shift nothing.',
    })
    after: string | null,
    @Arg('filter', () => AuditEventFilterInput, { nullable: true, description: 'Left out: all events.' })
    filter: AuditEventFilterInput | null,
    @Ctx() { auditLog }: { auditLog: AuditLog },
  ): Promise<Page<AuditEventRow>> {
    return auditLog.list({ first, after, filter });
  }
}
