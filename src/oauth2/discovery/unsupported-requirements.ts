import { TokenAuthMethod } from '../client.js';
import { isSecureEndpoint, type DiscoveryContext } from '../endpoints.js';
import { strings, type JsonObject } from '../json.js';
import { tokenAuthMethod, type SuggestedSetting } from '../report/suggested-settings.js';

/** A requirement that this client cannot meet. */
export interface UnsupportedRequirement {
  detail: string;
  remedy: string;
  suggestedSettings?: readonly SuggestedSetting[];
}

/** The client authentication methods of IANA's registry that this client does not have. Other names are remote text. */
const unsupportedMethods = new Set([
  'client_secret_jwt',
  'private_key_jwt',
  'self_signed_tls_client_auth',
  'tls_client_auth',
]);

/**
 * Returns the first requirement of an authorization server's metadata that this client cannot meet. Metadata that only
 * says what a server supports, or says nothing, requires nothing.
 */
export function unsupportedRequirement(
  document: JsonObject,
  context: DiscoveryContext,
): UnsupportedRequirement | null {
  const methods = strings(document.token_endpoint_auth_methods_supported);
  const isAutomatic = context.compatibility.tokenAuthMethod === 'AUTO';
  if (
    isAutomatic &&
    methods.length > 0 &&
    !methods.some((method) => Object.hasOwn(TokenAuthMethod, method))
  ) {
    const named = methods.filter((method) => unsupportedMethods.has(method)).join(', ');
    return {
      detail: `The token endpoint accepts only client authentication that Switchboard does not support${named && ` (${named})`}.`,
      remedy:
        'Ask the operator of the authorization server to accept client_secret_basic, client_secret_post or none, and to list it in token_endpoint_auth_methods_supported.',
      suggestedSettings: [tokenAuthMethod('POST')],
    };
  }
  if (document.dpop_bound_access_tokens_required === true || document.dpop_bound_access_tokens === true) {
    return requiresDpop;
  }
  if (document.require_signed_request_object === true) {
    return {
      detail:
        'The authorization server requires signed authorization requests (RFC 9101), which Switchboard does not support.',
      remedy: 'Ask its operator to accept authorization requests that are not signed.',
    };
  }
  const needsPush = document.require_pushed_authorization_requests === true;
  if (needsPush && !isSecureEndpoint(document.pushed_authorization_request_endpoint, context)) {
    return {
      detail:
        'The authorization server requires pushed authorization requests (RFC 9126), but its pushed_authorization_request_endpoint is missing or is not a valid https URL.',
      remedy: 'The operator of the authorization server must correct its metadata.',
    };
  }
  return null;
}

/** The requirement of tokens that are bound to a key (RFC 9449). */
export const requiresDpop: UnsupportedRequirement = {
  detail: 'Tokens must be bound to a key with DPoP (RFC 9449), which Switchboard does not support.',
  remedy: 'Ask the operator to accept Bearer tokens too, or connect to the server in another way.',
};
