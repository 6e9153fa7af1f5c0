import type { Fetch } from '../net/guarded-fetch.js';

/** RFC 8414 metadata, as read and checked; unknown members are dropped before it is stored. */
export interface AuthorizationServerMetadata {
  issuer: string;
  [member: string]: unknown;
}

/** One request of a discovery, as evidence that an administrator can read. `detail` is in our own words only. */
export interface DiscoveryStep {
  name: string;
  url: string;
  status: number | null;
  outcome: 'FOUND' | 'NOT_HERE' | 'FAILED';
  detail: string;
}

/** What was found out about an MCP server's authorization. */
export interface Discovery {
  requiresAuthorization: boolean;
  resource: string;
  scopes: string;
  issuer: string;
  /** null: no metadata anywhere, the default endpoints of MCP 2025-03-26 are assumed. */
  metadata: AuthorizationServerMetadata | null;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  revocationEndpoint: string;
  /** '' when the server takes no dynamic registrations. */
  registrationEndpoint: string;
  issRequired: boolean;
  steps: DiscoveryStep[];
}

/** How protocol code reaches the outside: the guarded OAuth profile, and which plain-http addresses it may use. */
export interface OAuth2Outbound {
  fetch: Fetch;
  isAllowedLoopback(url: string): boolean;
}

export function discover(_mcpUrl: string, _outbound: OAuth2Outbound): Promise<Discovery> {
  throw new Error('not written yet');
}
