import { Migrator } from '@mikro-orm/migrations';
import { MikroORM, UnderscoreNamingStrategy, defineConfig, type Options } from '@mikro-orm/postgresql';
import pg from 'pg';
import { BackgroundTaskSchema } from '../background/background-task.entity.js';
import { AuditEventSchema } from '../audit/audit-event.entity.js';
import { FailureReportSchema } from '../accounts/failures/failure-report.entity.js';
import { FlowSchema } from '../accounts/authorize/flow.entity.js';
import { RevocationSchema } from '../accounts/revoke/revocation.entity.js';
import { ConnectedAccountSchema } from '../accounts/store/connected-account.entity.js';
import { ServerDiagnosisSchema } from '../diagnosis/diagnosis.entity.js';
import { AccessTokenSchema } from '../identity/store/access-token.entity.js';
import { UserSchema } from '../identity/store/user.entity.js';
import type { Logger } from '../log.js';
import { EncryptionKeySchema } from '../secrets/encryption-key.entity.js';
import { McpServerConfigSchema } from '../servers/store/mcp-server-config.entity.js';
import { ImpatientClient } from './impatient-client.js';
import { migrations } from './migrations/index.js';

export const entities = [
  UserSchema,
  AccessTokenSchema,
  McpServerConfigSchema,
  ConnectedAccountSchema,
  FlowSchema,
  FailureReportSchema,
  ServerDiagnosisSchema,
  RevocationSchema,
  BackgroundTaskSchema,
  EncryptionKeySchema,
  AuditEventSchema,
];

/** MikroORM's own strategy makes `oauth2client_id` of `oauth2ClientId`; RFC names want the underscore after the digit. */
class ColumnNames extends UnderscoreNamingStrategy {
  override propertyToColumnName(propertyName: string): string {
    return propertyName.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  }
}

export interface DatabaseOptions {
  /**
   * How long a connection or an answer is waited for. SHORT: five seconds each, for those behind whom somebody waits.
   * ENDLESS, which migrations and commands have: until there is one.
   */
  patience?: 'SHORT' | 'ENDLESS';
}

/** All by this side's clock alone: a pooler in between may refuse a session that wants a `statement_timeout`. */
const impatient = { connectionTimeoutMillis: 5_000, query_timeout: 5_000, Client: ImpatientClient };

/**
 * The driver's own parsers, which read a `timestamptz` as a Date. MikroORM's leave it a string until a column is mapped,
 * so that an aggregate, an alias or raw SQL would answer a string where its type says Date.
 */
const types = new pg.TypeOverrides();

/**
 * The ORM's settings for one PostgreSQL, given as a connection URL (`?host=/socket/dir` and `?sslmode=` included). What it
 * has to say, a lost connection above all, goes to the log, and nowhere without one: stdout belongs to the commands.
 */
export function ormOptions(
  databaseUrl: string,
  log?: Logger,
  { patience = 'ENDLESS' }: DatabaseOptions = {},
): Options {
  const { pathname } = new URL(databaseUrl);
  return defineConfig({
    entities,
    extensions: [Migrator],
    namingStrategy: ColumnNames,
    migrations: {
      // Not found by a pattern: one that contains the path of a checkout in "releases (2)" matches nothing.
      migrationsList: migrations,
      tableName: 'mikro_orm_migrations',
      snapshot: false,
      transactional: true,
      silent: true,
    },
    // Those that guard sealed columns are written by the migrations alone.
    schemaGenerator: { ignoreTriggers: true },
    logger: (message) => log?.warn(message),
    colors: false,
    forceUtcTimezone: true,
    // A third of `find`'s CPU goes into prototype hooks that nothing here relies on.
    propagationOnPrototype: false,
    // MikroORM's clientUrl ignores every ?parameter; the driver understands them all.
    driverOptions: {
      connectionString: databaseUrl,
      keepAlive: true,
      types,
      ...(patience === 'SHORT' && impatient),
    },
    dbName: decodeURIComponent(pathname.slice(1)),
    pool: { min: 0, max: 10 },
  });
}

export function openDatabase(
  databaseUrl: string,
  log?: Logger,
  options: DatabaseOptions = {},
): Promise<MikroORM> {
  return MikroORM.init(ormOptions(databaseUrl, log, options));
}
