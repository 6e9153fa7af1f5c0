import type DataLoader from 'dataloader';
import type { Accounts } from '../accounts/accounts.js';
import type { FailureReports } from '../accounts/failures/failure-reports.js';
import type { OutstandingRevocations } from '../accounts/revoke/outstanding-revocations.js';
import type { ServerAccounts } from '../accounts/server-accounts.js';
import type { AccountLoader } from '../accounts/store/account-loader.js';
import type { AuditLog } from '../audit-log/audit-log.js';
import type { Diagnoses } from '../diagnosis/diagnoses.js';
import type { DiagnosisLoader } from '../diagnosis/diagnosis-store.js';
import type { ApiTokens } from '../identity/api-tokens/api-tokens.js';
import type { Sessions } from '../identity/sign-in/sessions.js';
import type { UserRow, Users } from '../identity/users/users.js';
import type { Viewer } from '../identity/viewer.js';
import type { Servers } from '../servers/servers.js';
import type { Tools } from '../tools/tools.js';

/**
 * The domain's services for one viewer and one request. Each service knows its viewer; none takes a user id to act for.
 * `app.ts` constructs each one at its first use.
 */
export interface Services {
  readonly viewer: Viewer;
  readonly users: Users;
  readonly apiTokens: ApiTokens;
  readonly sessions: Sessions;
  readonly servers: Servers;
  readonly accounts: Accounts;
  readonly failureReports: FailureReports;
  readonly serverAccounts: ServerAccounts;
  readonly outstandingRevocations: OutstandingRevocations;
  readonly tools: Tools;
  readonly diagnoses: Diagnoses;
  readonly auditLog: AuditLog;
  /** Users by id, in one statement per request. */
  readonly userLoader: DataLoader<string, UserRow | null>;
  /** The viewer's accounts and the counts of servers, in one statement for a list of any length. */
  readonly accountLoader: AccountLoader;
  /** Stored diagnoses of servers, in one statement for a list of any length. */
  readonly diagnosisLoader: DiagnosisLoader;
}

/** The connection on which a request came. */
export interface ClientConnection {
  /** Aborted when the client closes the connection before it has the whole response. */
  readonly signal: AbortSignal;
}

/** The context of resolvers: the request's services, and facts about the request. */
export interface Context extends Services {
  readonly requestId: string;
  readonly connection: ClientConnection;
}
