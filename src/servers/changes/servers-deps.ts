import type { EntityManager } from '@mikro-orm/postgresql';
import type { AccountEnding } from '../../identity/account-ending.js';
import type { Viewer } from '../../identity/viewer.js';
import type { Logger } from '../../log.js';
import type { GuardedFetch } from '../../net/guarded-fetch.js';
import type { OutgoingLimit } from '../../net/outgoing-limit.js';
import type { Vault } from '../../secrets/vault.js';
import type { VisibleServers } from '../store/visible-servers.js';

/** The dependencies of the catalogue, for one request of one viewer. */
export interface ServersDeps {
  /** The entity manager of the request. */
  em: EntityManager;
  viewer: Viewer;
  /** One per process, shared by all viewers. */
  visibleServers: VisibleServers;
  vault: Vault;
  outbound: GuardedFetch;
  accountEnding: AccountEnding;
  /** An origin, without a trailing slash. */
  publicUrl: string;
  /** Providers can fetch the client ID metadata documents (CLIENT_METADATA=on). */
  clientMetadata: boolean;
  /** Limits the discoveries, registrations and diagnoses of one user. */
  discoveryLimit: OutgoingLimit;
  log: Logger;
}
