import type DataLoader from 'dataloader';
import type { AuditLog } from '../audit-log/audit-log.js';
import type { FailureReports } from '../accounts/failures/failure-reports.js';
import { AccountLoader } from '../accounts/store/account-loader.js';
import type { Accounts } from '../accounts/accounts.js';
import type { OutstandingRevocations } from '../accounts/revoke/outstanding-revocations.js';
import type { ServerAccounts } from '../accounts/server-accounts.js';
import type { Tools } from '../tools/tools.js';
import type { Diagnoses } from '../diagnosis/diagnoses.js';
import type { DiagnosisLoader } from '../diagnosis/diagnosis-store.js';
import type { ApiTokens } from '../identity/api-tokens/api-tokens.js';
import type { Sessions } from '../identity/sign-in/sessions.js';
import type { UserRow, Users } from '../identity/users/users.js';
import type { Viewer } from '../identity/viewer.js';
import type { Servers } from '../servers/servers.js';
import { createUserLoader } from './loaders.js';

/** The domain's services as one viewer may use them. Each knows its viewer; none takes a user id to act for. */
export interface Services {
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
}

/**
 * What resolvers get, new for each request. Services and loaders are made when first asked for. (Plain private
 * properties, because Apollo copies the object before it hands it on.)
 */
export class Context implements Services {
  private madeUserLoader?: DataLoader<string, UserRow | null>;
  private madeAccountLoader?: AccountLoader;
  private madeDiagnosisLoader?: DiagnosisLoader;

  constructor(
    readonly viewer: Viewer,
    readonly requestId: string,
    /** Aborted when whoever asked does not wait any more. */
    readonly signal: AbortSignal,
    private readonly services: Services,
  ) {}

  get users(): Users {
    return this.services.users;
  }

  get apiTokens(): ApiTokens {
    return this.services.apiTokens;
  }

  get sessions(): Sessions {
    return this.services.sessions;
  }

  get servers(): Servers {
    return this.services.servers;
  }

  get accounts(): Accounts {
    return this.services.accounts;
  }

  get failureReports(): FailureReports {
    return this.services.failureReports;
  }

  get serverAccounts(): ServerAccounts {
    return this.services.serverAccounts;
  }

  get outstandingRevocations(): OutstandingRevocations {
    return this.services.outstandingRevocations;
  }

  get tools(): Tools {
    return this.services.tools;
  }

  get diagnoses(): Diagnoses {
    return this.services.diagnoses;
  }

  get auditLog(): AuditLog {
    return this.services.auditLog;
  }

  /** People by id, in one statement per request: the names behind `createdBy` and `updatedBy`. */
  get userLoader(): DataLoader<string, UserRow | null> {
    return (this.madeUserLoader ??= createUserLoader(this.users));
  }

  /** What is known of connections to servers, in one statement for a list of any length. */
  get accountLoader(): AccountLoader {
    return (this.madeAccountLoader ??= new AccountLoader(this.accounts));
  }

  /** What is kept of servers' diagnoses, in one statement for a list of any length. */
  get diagnosisLoader(): DiagnosisLoader {
    return (this.madeDiagnosisLoader ??= this.diagnoses.loader());
  }
}
