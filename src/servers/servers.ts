import type { EntityManager } from '@mikro-orm/postgresql';
import type { Grants } from '../identity/grants.js';
import type { Viewer } from '../identity/viewer.js';
import type { Logger } from '../log.js';
import type { GuardedFetch } from '../net/guarded-fetch.js';
import type { Vault } from '../secrets/vault.js';
import type { AuthType, Availability } from './mcp-server-config.entity.js';
import type { ServerRow } from './server-row.js';

export interface ServersDeps {
  em: EntityManager;
  viewer: Viewer;
  vault: Vault;
  outbound: GuardedFetch;
  grants: Grants;
  /** An origin, without a trailing slash. */
  publicUrl: string;
  /** Whether providers can reach this client's metadata document (CLIENT_METADATA=on). */
  clientMetadata: boolean;
  log: Logger;
}

export interface ServerFilter {
  enabled?: boolean | null;
  authType?: AuthType | null;
  availability?: Availability | null;
  search?: string | null;
}

export class Servers {
  constructor(readonly deps: ServersDeps) {}

  list(_filter: ServerFilter = {}): Promise<ServerRow[]> {
    throw new Error('not written yet');
  }

  get(_by: { id?: string | null; slug?: string | null }): Promise<ServerRow> {
    throw new Error('not written yet');
  }

  create(_input: object): Promise<ServerRow> {
    throw new Error('not written yet');
  }

  update(_id: string, _input: object, _options: { dryRun?: boolean } = {}): Promise<unknown> {
    throw new Error('not written yet');
  }

  delete(_id: string): Promise<string> {
    throw new Error('not written yet');
  }

  discover(_url: string): Promise<unknown> {
    throw new Error('not written yet');
  }

  registerOAuth2Client(_id: string): Promise<ServerRow> {
    throw new Error('not written yet');
  }
}
