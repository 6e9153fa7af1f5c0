import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type DataLoader from 'dataloader';
import type { GraphQLSchema } from 'graphql';
import { BackgroundTasks, type BackgroundTask } from './background/background-tasks.js';
import { AccountLoader } from './accounts/store/account-loader.js';
import { AuditLog } from './audit-log/audit-log.js';
import { sweepAuditEvents } from './audit/retention.js';
import { findClientMetadata } from './accounts/authorize/client-metadata-document.js';
import { ConnectedAccountEnding } from './accounts/store/account-ending.js';
import { FailureReports } from './accounts/failures/failure-reports.js';
import { Accounts } from './accounts/accounts.js';
import { sweepFailureReports } from './accounts/failures/record-failure.js';
import { sweepExpiredFlows } from './accounts/authorize/flows.js';
import { sweepRefreshLeases } from './accounts/access/refresh-lease.js';
import { OutstandingRevocations } from './accounts/revoke/outstanding-revocations.js';
import { createAccountUse } from './accounts/access/access-token.js';
import { TokenRefreshes } from './accounts/access/refresh.js';
import { sweepGivenUpRevocations } from './accounts/revoke/revocation-outbox.js';
import { Revocations } from './accounts/revoke/revocations.js';
import { ServerAccounts } from './accounts/server-accounts.js';
import { Tools } from './tools/tools.js';
import { serversWithUsableAccount } from './accounts/store/account-view.js';
import { HotReads } from './database/hot-reads.js';
import { createReadiness } from './database/readiness.js';
import { Diagnoses } from './diagnosis/diagnoses.js';
import type { DiagnosisLoader } from './diagnosis/diagnosis-store.js';
import { openDatabase } from './entities.js';
import type { Services } from './graphql/context.js';
import { QueryCost } from './graphql/cost/query-cost.js';
import { RowCounter } from './graphql/cost/row-counter.js';
import { createSchemas } from './graphql/schema.js';
import { startGraphqlServer } from './graphql/server.js';
import { authRoutes } from './http/routes/auth.js';
import { connectRoutes } from './http/routes/connect.js';
import { consoleRoutes } from './http/routes/console.js';
import { readConsole } from './http/routes/console-files.js';
import { discoveryRoutes } from './http/routes/discovery-stream.js';
import { graphiqlRoutes } from './http/routes/graphiql.js';
import { graphqlRoutes } from './http/routes/graphql.js';
import { createConnectionServer, openListener, type HttpListener } from './http/listener.js';
import type { Route } from './http/routes.js';
import { BrowserSessions } from './http/requests/browser-session.js';
import { UnauthenticatedLimit } from './http/requests/unauthenticated-limit.js';
import { createExpressApp } from './http/express-app.js';
import { sweepAccessTokens } from './identity/access-tokens/access-tokens.js';
import { ApiTokens } from './identity/api-tokens/api-tokens.js';
import { Authentication } from './identity/sign-in/authentication.js';
import type { LastUsed } from './identity/access-tokens/last-used.js';
import { OidcSignIn, type OidcSettings } from './identity/sign-in/oidc.js';
import { Sessions } from './identity/sign-in/sessions.js';
import { createUserLoader } from './identity/users/user-loader.js';
import { Users, type UserRow } from './identity/users/users.js';
import type { Viewer } from './identity/viewer.js';
import type { Logger } from './log.js';
import { createGuardedFetch, type GuardedFetch } from './net/guarded-fetch.js';
import { OutgoingLimit } from './net/outgoing-limit.js';
import { mcpLimits } from './net/response-limit.js';
import { UpstreamSessions } from './mcp/sessions/upstream-sessions.js';
import { wasKeyRemoved } from './secrets/canary.js';
import { Vault, type KeyRing } from './secrets/vault.js';
import { ClientHealth } from './servers/changes/client-health.js';
import { Servers } from './servers/servers.js';
import { VisibleServers } from './servers/store/visible-servers.js';

/** Settings of an application whose database is already migrated. `createApp` reads no configuration itself. */
export interface AppSettings {
  databaseUrl: string;
  /** An origin without a trailing slash. Every absolute URL is built from it. */
  publicUrl: string;
  /** Other origins whose pages may send cookies and open popups. */
  allowedOrigins: readonly string[];
  allowedPrivateCidrs: readonly string[];
  keys: KeyRing;
  /** null: users sign in by link only. */
  oidc: OidcSettings | null;
  /** Addresses or CIDRs whose X-Forwarded-For is trusted. */
  trustedProxies: readonly string[];
  /** A CA in PEM, trusted in addition to the system's. */
  extraCa?: string | undefined;
  outboundProxy?: string | undefined;
  /** The mebibytes that an MCP server may send for one operation. Defaults to 16. */
  mcpMaxResponseMib?: number | undefined;
  clientMetadata: boolean;
  /** Days to keep audit events, at least 30. */
  auditRetentionDays: number;
  /** The highest cost of one GraphQL operation. */
  maxQueryCost: number;
  /** Limits of this process. 0 turns one off. */
  rateLimits: {
    unauthenticatedPerSecond: number;
    /** At least 1. */
    unauthenticatedBurst: number;
    flowsPerMinute: number;
  };
  log: Logger;
  /** Name resolution for outgoing requests. Defaults to the operating system's. */
  resolver?: ((hostname: string) => Promise<string[]>) | undefined;
  /** Time limits of outgoing requests that replace the defaults of GuardedFetchOptions. */
  oauthTimeoutMs?: number | undefined;
  mcpIdleTimeoutMs?: number | undefined;
}

export interface App {
  readonly handler: RequestListener;
  /** Every HTTP route, read from the routers. */
  readonly routes: readonly Route[];
  readonly schema: GraphQLSchema;
  readonly orm: MikroORM;
  readonly authentication: Authentication;
  /** Stops timers, writes pending data, and closes outgoing connections and the database. */
  close(): Promise<void>;
}

/** Constructs the application: the composition root. @throws Error when the database can't be reached. */
export async function createApp(settings: AppSettings): Promise<App> {
  const { publicUrl, allowedOrigins, clientMetadata, rateLimits, log } = settings;
  const consoleFiles = await readConsole();
  const outbound = createGuardedFetch({
    ...settings,
    mcpLimits: mcpLimits(settings.mcpMaxResponseMib ?? 16, 'MCP_MAX_RESPONSE_MIB'),
  });
  const orm = await openDatabase(settings.databaseUrl, log, { timeouts: 'SHORT' });
  const vault = new Vault(settings.keys);
  const revocations = new Revocations({ em: orm.em, vault, outbound, log });
  const reads = new HotReads({ log });
  const upstreamSessions = new UpstreamSessions({ em: orm.em, reads, vault, outbound, log });
  const accountEnding = new ConnectedAccountEnding({ vault, revocations, upstreamSessions });
  const clientHealth = new ClientHealth({
    em: orm.em,
    vault,
    outbound,
    accountEnding,
    publicUrl,
    clientMetadata,
    log,
  });
  const refreshes = new TokenRefreshes({ em: orm.em, vault, outbound, revocations, clientHealth, log });
  const accountUse = createAccountUse({ em: orm.em, log });
  const visibleServers = new VisibleServers({
    em: orm.em,
    reads,
    publicUrl,
    outbound,
    serversWithUsableAccount,
  });
  const authentication = new Authentication({ em: orm.em, reads, log });
  const sessions = new BrowserSessions({ authentication, publicUrl });
  const discoveryLimit = new OutgoingLimit(4);
  const sessionLimit = new OutgoingLimit(10);
  const servicesFor = (viewer: Viewer) =>
    new RequestServices(viewer, {
      em: orm.em,
      reads,
      visibleServers,
      vault,
      outbound,
      refreshes,
      accountUse,
      clientHealth,
      revocations,
      upstreamSessions,
      accountEnding,
      discoveryLimit,
      sessionLimit,
      publicUrl,
      allowedOrigins,
      clientMetadata,
      log,
    });

  const oidcSignIn =
    settings.oidc &&
    new OidcSignIn({ settings: settings.oidc, em: orm.em, fetch: outbound.oauth, publicUrl, log });

  const schemas = await createSchemas();
  const rows = new RowCounter({ em: orm.em, log, maxCount: settings.maxQueryCost });
  const cost = new QueryCost({ schema: schemas.EVERYONE, rows, maxCost: settings.maxQueryCost });
  const graphql = await startGraphqlServer({ schemas, servicesFor, cost, log });
  const limit = new UnauthenticatedLimit({
    perSecond: rateLimits.unauthenticatedPerSecond,
    burst: rateLimits.unauthenticatedBurst,
    trustedProxies: settings.trustedProxies,
    log,
  });
  const isReady = createReadiness(orm, { sealsWith: settings.keys.first.id, wasKeyRemoved, log });
  const { handler, routes } = createExpressApp({ ...settings, isReady }, [
    graphqlRoutes({ graphql, sessions, limit, publicUrl, allowedOrigins, log }),
    graphiqlRoutes({ sessions }),
    consoleRoutes({ sessions, files: consoleFiles }),
    discoveryRoutes({ sessions, servicesFor, publicUrl, log }),
    authRoutes({ authentication, sessions, limit, oidcSignIn, publicUrl }),
    connectRoutes({
      sessions,
      flowsPerMinute: rateLimits.flowsPerMinute,
      servicesFor,
      findClientMetadata: (serverId) => findClientMetadata(orm.em, serverId, publicUrl),
      publicUrl,
      log,
    }),
  ]);
  const background = new BackgroundTasks({
    em: orm.em,
    log,
    tasks: backgroundTasks(orm.em, {
      ...settings,
      revocations,
      accountEnding,
      clientHealth,
      upstreamSessions,
    }),
  });
  authentication.start();
  accountUse.start();
  upstreamSessions.start();
  background.start();
  return {
    handler,
    routes,
    schema: schemas.EVERYONE,
    orm,
    authentication,
    async close() {
      await graphql.stop();
      await background.stop();
      await refreshes.close();
      await revocations.close();
      await accountUse.stop();
      await upstreamSessions.stop();
      await authentication.stop();
      await outbound.close();
      await orm.close();
    },
  };
}

/** Background tasks. Each runs once a minute, on one process. */
function backgroundTasks(
  em: EntityManager,
  {
    revocations,
    accountEnding,
    clientHealth,
    upstreamSessions,
    auditRetentionDays,
  }: {
    revocations: Revocations;
    accountEnding: ConnectedAccountEnding;
    clientHealth: ClientHealth;
    upstreamSessions: UpstreamSessions;
    auditRetentionDays: number;
  },
): BackgroundTask[] {
  return [
    { name: 'revocations', run: (signal) => revocations.workDue(signal) },
    { name: 'given-up-revocations', run: () => sweepGivenUpRevocations(em) },
    { name: 'refused-accounts', run: (signal) => accountEnding.endRefusedTooLong(em, signal) },
    { name: 'expiring-clients', run: (signal) => clientHealth.renewExpiring(signal) },
    { name: 'expired-flows', run: () => sweepExpiredFlows(em) },
    { name: 'failure-reports', run: () => sweepFailureReports(em) },
    { name: 'access-tokens', run: (signal) => sweepAccessTokens(em, signal) },
    { name: 'refresh-leases', run: () => sweepRefreshLeases(em) },
    { name: 'upstream-sessions', run: (signal) => upstreamSessions.sweep(signal) },
    { name: 'audit-events', run: (signal) => sweepAuditEvents(em, auditRetentionDays, signal) },
  ];
}

interface SharedServices {
  /** The global entity manager, which each request forks. */
  em: EntityManager;
  reads: HotReads;
  visibleServers: VisibleServers;
  vault: Vault;
  outbound: GuardedFetch;
  refreshes: TokenRefreshes;
  accountUse: LastUsed;
  clientHealth: ClientHealth;
  revocations: Revocations;
  upstreamSessions: UpstreamSessions;
  accountEnding: ConnectedAccountEnding;
  discoveryLimit: OutgoingLimit;
  sessionLimit: OutgoingLimit;
  publicUrl: string;
  allowedOrigins: readonly string[];
  clientMetadata: boolean;
  log: Logger;
}

/** Services that one request has used so far. */
interface MadeServices {
  users?: Users;
  apiTokens?: ApiTokens;
  sessions?: Sessions;
  servers?: Servers;
  accounts?: Accounts;
  failureReports?: FailureReports;
  serverAccounts?: ServerAccounts;
  outstandingRevocations?: OutstandingRevocations;
  tools?: Tools;
  diagnoses?: Diagnoses;
  auditLog?: AuditLog;
  userLoader?: DataLoader<string, UserRow | null>;
  accountLoader?: AccountLoader;
  diagnosisLoader?: DiagnosisLoader;
}

/**
 * One viewer's services, each constructed at its first use, over an entity manager of their own. Properties are plain
 * (no `#private` ones), because Apollo copies the object before it hands it to resolvers.
 */
class RequestServices implements Services {
  private readonly made: MadeServices = {};
  private em: EntityManager | undefined;

  constructor(
    readonly viewer: Viewer,
    private readonly shared: SharedServices,
  ) {}

  get users(): Users {
    return (this.made.users ??= new Users(this.deps));
  }

  get apiTokens(): ApiTokens {
    return (this.made.apiTokens ??= new ApiTokens(this.deps));
  }

  get sessions(): Sessions {
    return (this.made.sessions ??= new Sessions(this.deps));
  }

  get servers(): Servers {
    return (this.made.servers ??= new Servers(
      { viewer: this.viewer, visibleServers: this.shared.visibleServers },
      () => this.deps,
    ));
  }

  get accounts(): Accounts {
    return (this.made.accounts ??= new Accounts(this.deps));
  }

  get failureReports(): FailureReports {
    return (this.made.failureReports ??= new FailureReports(this.deps));
  }

  get serverAccounts(): ServerAccounts {
    return (this.made.serverAccounts ??= new ServerAccounts(this.deps));
  }

  get outstandingRevocations(): OutstandingRevocations {
    return (this.made.outstandingRevocations ??= new OutstandingRevocations(this.deps));
  }

  get tools(): Tools {
    return (this.made.tools ??= new Tools({ ...this.deps, accounts: this.accounts }));
  }

  get diagnoses(): Diagnoses {
    return (this.made.diagnoses ??= new Diagnoses({ ...this.deps, accounts: this.accounts }));
  }

  get auditLog(): AuditLog {
    return (this.made.auditLog ??= new AuditLog(this.deps));
  }

  get userLoader(): DataLoader<string, UserRow | null> {
    return (this.made.userLoader ??= createUserLoader(this.users));
  }

  get accountLoader(): AccountLoader {
    return (this.made.accountLoader ??= new AccountLoader(this.accounts));
  }

  get diagnosisLoader(): DiagnosisLoader {
    return (this.made.diagnosisLoader ??= this.diagnoses.loader());
  }

  private get deps() {
    this.em ??= this.shared.em.fork();
    return { ...this.shared, em: this.em, viewer: this.viewer };
  }
}

export interface ServeSettings extends Omit<AppSettings, 'publicUrl'> {
  host: string;
  /** 0 chooses a free port. */
  port: number;
  /** null: http://localhost with the chosen port. */
  publicUrl: string | null;
}

export interface RunningApp extends App {
  readonly publicUrl: string;
  readonly port: number;
}

/**
 * Starts the application on a port. `close()` accepts no new requests, answers the ones in progress, and stops everything.
 * @throws Error with a readable message when the port can't be opened
 */
export async function serve(settings: ServeSettings): Promise<RunningApp> {
  const listener = await openListener(settings);
  const { port } = listener;
  const publicUrl = settings.publicUrl ?? `http://localhost:${port}`;
  try {
    const app = await createApp({ ...settings, publicUrl });
    listener.handle(app.handler);
    return { ...withServer(app, listener), publicUrl, port };
  } catch (error) {
    await listener.close(0);
    throw error;
  }
}

/** An application without a port of its own. */
export interface ConnectionApp extends App {
  /** Serves a connection that another process has accepted. */
  serve(connection: Socket): void;
}

/** Starts the application for connections that another process accepts. `close()` is that of `serve`. */
export async function serveConnections(settings: AppSettings): Promise<ConnectionApp> {
  const app = await createApp(settings);
  const server = createConnectionServer();
  server.handle(app.handler);
  return { ...withServer(app, server), serve: server.serve };
}

/** Returns the application with a `close` that first closes its server. */
function withServer(app: App, server: Pick<HttpListener, 'close'>): App {
  return {
    ...app,
    async close() {
      await server.close();
      await app.close();
    },
  };
}
