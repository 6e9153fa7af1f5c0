import { MikroORM } from '@mikro-orm/postgresql';
import { FlowSchema } from './accounts/store/flow.entity.js';
import { FailureReportSchema } from './accounts/failures/failure-report.entity.js';
import { RevocationSchema } from './accounts/revoke/revocation.entity.js';
import { ConnectedAccountSchema } from './accounts/store/connected-account.entity.js';
import { AuditEventSchema } from './audit/audit-event.entity.js';
import { BackgroundTaskSchema } from './background/background-task.entity.js';
import { ormOptions, type DatabaseOptions } from './database/orm.js';
import { ServerDiagnosisSchema } from './diagnosis/diagnosis.entity.js';
import { AccessTokenSchema } from './identity/store/access-token.entity.js';
import { UserSchema } from './identity/store/user.entity.js';
import type { Logger } from './log.js';
import { UpstreamSessionSchema } from './mcp/sessions/upstream-session.entity.js';
import { EncryptionKeySchema } from './secrets/encryption-key.entity.js';
import { ClientStateSchema } from './servers/store/client-state.entity.js';
import { McpServerConfigSchema } from './servers/store/mcp-server-config.entity.js';

/** All entities of the database. A new entity is listed here. */
export const entities = [
  UserSchema,
  AccessTokenSchema,
  McpServerConfigSchema,
  ClientStateSchema,
  ConnectedAccountSchema,
  FlowSchema,
  FailureReportSchema,
  ServerDiagnosisSchema,
  RevocationSchema,
  UpstreamSessionSchema,
  BackgroundTaskSchema,
  EncryptionKeySchema,
  AuditEventSchema,
];

/** Opens the database with all entities. The caller closes the returned ORM. */
export function openDatabase(
  databaseUrl: string,
  log?: Logger,
  options: DatabaseOptions = {},
): Promise<MikroORM> {
  return MikroORM.init(ormOptions(databaseUrl, entities, log, options));
}
