import type { Fetch } from '../net/guarded-fetch.js';
import type { AuthorizationServerMetadata } from './discovery.js';

export interface AuthorizationRequest {
  authorizationEndpoint: string;
  clientId: string;
  redirectUri: string;
  /** '' leaves the parameter out. */
  resource: string;
  /** '' leaves the parameter out. */
  scope: string;
  state: string;
  codeVerifier: string;
}

export function newState(): string {
  throw new Error('not written yet');
}

export function newCodeVerifier(): string {
  throw new Error('not written yet');
}

export function stateHash(_state: string): string {
  throw new Error('not written yet');
}

export function authorizationUrl(_request: AuthorizationRequest): Promise<string> {
  throw new Error('not written yet');
}

export function requestedScope(_from: {
  oauth2Scopes: string;
  discoveredScopes: string;
  metadata: AuthorizationServerMetadata | null;
}): string {
  throw new Error('not written yet');
}

export function checkIssuer(_params: URLSearchParams, _expected: { issuer: string; issRequired: boolean }): void {
  throw new Error('not written yet');
}

export function verifyUnknownIssuer(
  _iss: string,
  _endpoints: { authorizationEndpoint: string; tokenEndpoint: string },
  _outbound: { fetch: Fetch },
): Promise<void> {
  throw new Error('not written yet');
}

export function authorizationErrorMessage(_error: string): string {
  throw new Error('not written yet');
}
