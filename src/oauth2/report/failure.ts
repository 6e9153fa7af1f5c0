import type { OutboundFailure } from '../../net/guarded-fetch.js';
import type { Layer } from './layer.js';
import type { DiscoveryStep } from './step.js';
import type { SuggestedSetting } from './suggested-settings.js';

/** The party that can fix a failure. */
export const ResponsibleParty = {
  ADMINISTRATOR: 'ADMINISTRATOR',
  MCP_SERVER: 'MCP_SERVER',
  PROVIDER: 'PROVIDER',
  NETWORK: 'NETWORK',
} as const;
export type ResponsibleParty = (typeof ResponsibleParty)[keyof typeof ResponsibleParty];

/** The party that operates the target of a request: the MCP server, or its authorization server. */
export type Operator = 'MCP_SERVER' | 'PROVIDER';

/**
 * The way to fix a failure: a sentence, or an action on a setting. The layer that displays the failure knows the names
 * of the settings and words the actions.
 */
export type Remedy =
  | string
  | {
      action:
        | 'ALLOW_ADDRESS'
        | 'USE_HTTPS'
        | 'TRUST_CERTIFICATE'
        | 'CORRECT_TOKEN_URL'
        | 'CORRECT_CLIENT'
        | 'USE_API_KEY';
    }
  /** The sentence, and then the ways to set up a provider that the MCP server does not name in a usable way. */
  | { action: 'ENTER_PROVIDER'; first: string };

/** A failure of discovery, registration or a check. The message is plain words, never text of the remote side. */
export interface Failure {
  layer: Layer;
  responsibleParty: ResponsibleParty;
  message: string;
  remedy: Remedy;
  /** The compatibility settings that would avoid the failure. */
  suggestedSettings?: readonly SuggestedSetting[];
  /** The auth type that the server probably needs instead of OAuth 2.0. */
  suggestedAuthType?: 'API_KEY';
  /** The address of the MCP server that a redirect leads to. */
  suggestedUrl?: string;
}

export const tryAgainLater = 'Try again later. If the failure persists, contact the operator of the server.';

/** Describes a request that brought no response. The message is that of the OutboundError. */
export function unreachable(
  { reason, message }: { reason: OutboundFailure; message: string },
  operator: Operator,
): Failure {
  switch (reason) {
    case 'INVALID_URL':
      return { layer: 'HTTP', responsibleParty: 'ADMINISTRATOR', message, remedy: 'Check the URL.' };
    case 'ADDRESS_REFUSED':
      return {
        layer: 'ADDRESS',
        responsibleParty: 'ADMINISTRATOR',
        message,
        remedy: { action: 'ALLOW_ADDRESS' },
      };
    case 'PLAIN_HTTP_REFUSED':
      return {
        layer: 'ADDRESS',
        responsibleParty: 'ADMINISTRATOR',
        message,
        remedy: { action: 'USE_HTTPS' },
      };
    case 'DNS':
      return {
        layer: 'DNS',
        responsibleParty: operator === 'MCP_SERVER' ? 'ADMINISTRATOR' : operator,
        message,
        remedy: 'Check the host name.',
      };
    case 'TLS':
      return { layer: 'TLS', responsibleParty: operator, message, remedy: { action: 'TRUST_CERTIFICATE' } };
    case 'REDIRECT_REFUSED':
      return {
        layer: 'HTTP',
        responsibleParty: 'ADMINISTRATOR',
        message,
        remedy: 'Enter the URL that it redirects to. Open the current URL in a browser to see it.',
      };
    case 'CONNECTION':
      return { layer: 'CONNECT', responsibleParty: 'NETWORK', message, remedy: tryAgainLater };
    case 'TIMEOUT':
    case 'TOO_LARGE':
    case 'TOO_MANY_REDIRECTS':
    case 'ABORTED':
      return { layer: 'HTTP', responsibleParty: operator, message, remedy: tryAgainLater };
  }
}

/** Ends a discovery or a registration. */
export class DiscoveryError extends Error {
  constructor(
    readonly failure: Failure,
    /** Every step so far. */
    readonly steps: readonly DiscoveryStep[],
  ) {
    super(failure.message);
    this.name = 'DiscoveryError';
  }
}

/** The facts of a failed authorization or token request. Only `remoteMessage` is text of the remote side. Never a secret. */
export interface ProviderErrorFacts {
  /** The request that failed, where the operation alone does not tell. */
  step?: 'TOKEN_REQUEST';
  httpStatus?: number | undefined;
  /** The error code, if it is a registered one. */
  oauth2Error?: string | undefined;
  /** The provider's `error_description`, made with `remoteMessage` of text.ts. For administrators only. */
  remoteMessage?: string | undefined;
  /** The compatibility settings that would avoid the failure. */
  suggestedSettings?: readonly SuggestedSetting[];
  /** True to offer another attempt to users, whatever the error code. */
  canTryAgain?: true;
}

/** An authorization server refused a request, or its response cannot be used. The message is safe to show to users. */
export class ProviderError extends Error {
  constructor(
    message: string,
    readonly facts: ProviderErrorFacts = {},
  ) {
    super(message);
    this.name = 'ProviderError';
  }
}
