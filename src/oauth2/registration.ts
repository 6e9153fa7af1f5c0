import type { Fetch } from '../net/guarded-fetch.js';
import type { TokenAuthMethod } from './client.js';
import type { AuthorizationServerMetadata, Discovery } from './discovery.js';

export interface ClientRegistration {
  registration: 'DYNAMIC' | 'METADATA_DOCUMENT';
  clientId: string;
  clientSecret: string | null;
  tokenAuthMethod: TokenAuthMethod;
}

export interface RegistrationOptions {
  fetch: Fetch;
  clientName: string;
  redirectUri: string;
  clientUri: string;
  /** Where this client's metadata document is served, or null when providers cannot reach it. */
  clientMetadataUrl: string | null;
}

export function registerClient(_discovery: Discovery, _options: RegistrationOptions): Promise<ClientRegistration> {
  throw new Error('not written yet');
}

export function chooseTokenAuthMethod(
  _metadata: AuthorizationServerMetadata | null,
  _hasSecret: boolean,
): TokenAuthMethod {
  throw new Error('not written yet');
}

export function clientMetadataDocument(_client: {
  clientId: string;
  clientName: string;
  clientUri: string;
  redirectUri: string;
}): Record<string, unknown> {
  throw new Error('not written yet');
}
