import type { Discovery } from '../oauth2/discovery/discovery.js';
import { requiresNoAuthorization } from '../servers/settings/oauth2-failures.js';
import { isRegistered } from '../servers/settings/oauth2-settings.js';
import type { Transport } from '../servers/store/mcp-server-config.entity.js';
import type { StoredServer } from '../servers/store/stored-server.js';
import type { DiagnosisFailure } from './diagnosis.js';

const configuration = { layer: 'CONFIGURATION', responsibleParty: 'ADMINISTRATOR' } as const;

/** Compares a server's stored OAuth settings with the discovered ones. @returns null if they match */
export function compareSettings(
  server: StoredServer,
  discovery: Discovery,
  redirectUri: string,
): DiagnosisFailure | null {
  if (discovery.authorizationEndpoint === '') return requiresNoAuthorization;
  if (server.oauth2Issuer !== '' && server.oauth2Issuer !== discovery.issuer) {
    return {
      ...configuration,
      message: `The MCP server names the authorization server ${discovery.issuer}, but the stored one is ${server.oauth2Issuer}.`,
      remedy: isRegistered(server)
        ? 'Run registerMcpServerOAuth2Client to register there. All users must then connect again.'
        : `Create an OAuth app there, with the redirect URI ${redirectUri}, and enter its client ID and secret. In the same edit, clear oauth2Issuer, oauth2AuthUrl, oauth2TokenUrl and oauth2RevocationUrl. Then run registerMcpServerOAuth2Client.`,
    };
  }
  if (server.oauth2TokenUrl !== '' && server.oauth2TokenUrl !== discovery.tokenEndpoint) {
    return {
      ...configuration,
      message: `The authorization server has the token endpoint ${discovery.tokenEndpoint}, but the stored one is ${server.oauth2TokenUrl}.`,
      remedy: 'Run registerMcpServerOAuth2Client to discover the endpoints again.',
    };
  }
  return null;
}

/** Compares the registered redirect URI with the current one. @returns null if they match */
export function compareRedirectUri(server: StoredServer, redirectUri: string): DiagnosisFailure | null {
  if (server.oauth2RedirectUri === '' || server.oauth2RedirectUri === redirectUri) return null;
  return {
    layer: 'CLIENT',
    responsibleParty: 'ADMINISTRATOR',
    message: `The client is registered with the redirect URI ${server.oauth2RedirectUri}, but with the current PUBLIC_URL it is ${redirectUri}.`,
    remedy: isRegistered(server)
      ? 'Run registerMcpServerOAuth2Client.'
      : 'Enter the new redirect URI at the provider, then run registerMcpServerOAuth2Client.',
  };
}

/** Explains how to register at a provider without dynamic registration, such as GitHub. */
export function manualRegistration(
  { authorizationEndpoint }: Discovery,
  { redirectUri, next }: { redirectUri: string; next: string },
): DiagnosisFailure {
  const { host } = new URL(authorizationEndpoint);
  return {
    layer: 'CLIENT',
    responsibleParty: 'ADMINISTRATOR',
    message: `The authorization server at ${host} does not support dynamic client registration.`,
    remedy: `Create an OAuth app at ${host}, with exactly this redirect URI: ${redirectUri} Then ${next}`,
  };
}

export const notRegistered: DiagnosisFailure = {
  layer: 'CLIENT',
  responsibleParty: 'ADMINISTRATOR',
  message: 'Switchboard is not registered at the authorization server.',
  remedy: 'Run registerMcpServerOAuth2Client.',
};

/** The result of a check of a URL whose server speaks only the transport of MCP 2024-11-05. */
export const olderTransport =
  'The server speaks only HTTP with server-sent events, the older transport. Add it with transport: SSE.';

/** Explains that the server speaks only another transport than that of its settings. */
export function otherTransport(other: Transport): DiagnosisFailure {
  const name = { STREAMABLE_HTTP: 'Streamable HTTP', SSE: 'HTTP with server-sent events' }[other];
  return {
    ...configuration,
    message: `The MCP server does not answer over the transport of its settings, but it does over ${name}.`,
    remedy: `Change the transport to ${name} (transport: ${other}).`,
  };
}

export function unreadable(what: string): DiagnosisFailure {
  return {
    ...configuration,
    message: `The stored ${what} cannot be decrypted, because its encryption key is missing.`,
    remedy: `Add the missing key to SWITCHBOARD_ENCRYPTION_KEYS, or enter the ${what} again.`,
  };
}
