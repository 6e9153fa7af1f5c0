import type { Discovery } from '../oauth2/discovery/discovery.js';
import { isRegistered } from '../servers/settings/oauth2-settings.js';
import type { StoredServer } from '../servers/store/stored-server.js';
import type { DiagnosisFailure } from './diagnosis.js';

const administrators = { layer: 'CONFIGURATION', responsibleParty: 'ADMINISTRATOR' } as const;

/** What is wrong with a server's stored OAuth settings, seen from what is found today; null: they fit. */
export function compareSettings(
  server: StoredServer,
  discovery: Discovery,
  redirectUri: string,
): DiagnosisFailure | null {
  if (discovery.authorizationEndpoint === '') {
    return {
      ...administrators,
      message: 'This MCP server answers everybody and offers no OAuth authorization.',
      remedy: 'Set authType to NONE; or check the URL, if it should ask for authorization.',
    };
  }
  if (server.oauth2Issuer !== '' && server.oauth2Issuer !== discovery.issuer) {
    return {
      ...administrators,
      message: `The MCP server names another authorization server (${discovery.issuer}) than the one that is stored (${server.oauth2Issuer}).`,
      remedy: isRegistered(server)
        ? 'Run registerMcpServerOAuth2Client, which registers there; everybody then has to connect again.'
        : `Create an OAuth app there, with the redirect URI ${redirectUri}, and enter its client id and secret; clear oauth2Issuer, oauth2AuthUrl, oauth2TokenUrl and oauth2RevocationUrl in the same edit, then run registerMcpServerOAuth2Client.`,
    };
  }
  if (server.oauth2TokenUrl !== '' && server.oauth2TokenUrl !== discovery.tokenEndpoint) {
    return {
      ...administrators,
      message: `The authorization server has another token endpoint (${discovery.tokenEndpoint}) than the one that is stored (${server.oauth2TokenUrl}).`,
      remedy: 'Run registerMcpServerOAuth2Client, which discovers the endpoints again.',
    };
  }
  return null;
}

/** A provider at which a person has to register this client, as GitHub and many others have it. */
export function registerByHand(
  { authorizationEndpoint }: Discovery,
  { redirectUri, next }: { redirectUri: string; next: string },
): DiagnosisFailure {
  const { host } = new URL(authorizationEndpoint);
  return {
    layer: 'CLIENT',
    responsibleParty: 'ADMINISTRATOR',
    message: `The authorization server at ${host} takes no dynamic client registrations.`,
    remedy: `Create an OAuth app at ${host}, with exactly this redirect URI: ${redirectUri} Then ${next}`,
  };
}

export const notRegisteredYet: DiagnosisFailure = {
  layer: 'CLIENT',
  responsibleParty: 'ADMINISTRATOR',
  message: 'This client is not registered at the authorization server yet.',
  remedy: 'Run registerMcpServerOAuth2Client.',
};

export function unreadable(what: string): DiagnosisFailure {
  return {
    ...administrators,
    message: `The stored ${what} cannot be read any more: the encryption key that sealed it is missing.`,
    remedy: `Give Switchboard its old key back (SWITCHBOARD_ENCRYPTION_KEYS), or enter the ${what} again.`,
  };
}
