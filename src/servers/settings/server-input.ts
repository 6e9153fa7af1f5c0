import type { OAuth2Compatibility } from '../../oauth2/compatibility.js';
import type { AuthType, Availability, Transport } from '../store/mcp-server-config.entity.js';

export interface CustomHeader {
  name: string;
  value: string;
}

/** undefined: left out; null: the strict default. */
export type CompatibilityInput = {
  [Member in keyof OAuth2Compatibility]?: OAuth2Compatibility[Member] | null;
};

/** A server's settings as an administrator gives them. undefined: left out; null: the default, or no secret. */
export interface ServerInput {
  slug?: string | null;
  displayName?: string | null;
  description?: string | null;
  iconUrl?: string | null;
  url?: string | null;
  transport?: Transport | null;
  authType?: AuthType | null;
  oauth2ClientId?: string | null;
  oauth2ClientSecret?: string | null;
  oauth2AuthUrl?: string | null;
  oauth2TokenUrl?: string | null;
  oauth2RevocationUrl?: string | null;
  oauth2Scopes?: string | null;
  oauth2Issuer?: string | null;
  oauth2Compatibility?: CompatibilityInput | null;
  apiKeyHeader?: string | null;
  apiKeyValue?: string | null;
  customHeaders?: readonly CustomHeader[] | null;
  toolAllowList?: readonly string[] | null;
  toolDenyList?: readonly string[] | null;
  availability?: Availability | null;
  enabled?: boolean | null;
}

export interface CreateServerInput extends ServerInput {
  /** A UUID; made here unless given. */
  id?: string | null;
}

export interface UpdateServerInput extends ServerInput {
  /** The version that the edit was made from; left out, it applies to whatever is there. */
  version?: number | null;
}

export interface ServerFilter {
  enabled?: boolean | null;
  authType?: AuthType | null;
  availability?: Availability | null;
  /** Text in a field that the viewer may read, in any case; blank matches all. */
  search?: string | null;
}
