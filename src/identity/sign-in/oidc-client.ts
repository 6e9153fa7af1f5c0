import { AuthorizationResponseError, Configuration, customFetch, type CustomFetch } from 'openid-client';
import type { Logger } from '../../log.js';
import type { TokenAuthMethod } from '../../oauth2/client.js';
import { clientAuthentication } from '../../oauth2/requests/client-configuration.js';
import { classifyFailure, registeredError } from '../../oauth2/requests/request-failure.js';
import { chooseTokenAuthMethod, otherTokenAuthMethod } from '../../oauth2/requests/token-auth-method.js';

export interface OidcClientDeps {
  clientId: string;
  clientSecret: string;
  fetch: CustomFetch;
  /** Applied to each configuration. */
  extensions: readonly ((configuration: Configuration) => void)[];
  log: Logger;
}

/**
 * The client at the team's identity provider. It authenticates by the method that the metadata suggests. If the provider
 * refuses the client before it has ever accepted it, the other listed method is tried once. The one that works is kept
 * until the process ends.
 */
export class OidcClient {
  readonly #deps: OidcClientDeps;
  /** The method that has worked. */
  #provenMethod: TokenAuthMethod | null = null;

  constructor(deps: OidcClientDeps) {
    this.#deps = deps;
  }

  /** Sends a token request. `send` runs once for each method that is tried. */
  async request<Result>(
    provider: Configuration,
    send: (configuration: Configuration) => Promise<Result>,
  ): Promise<Result> {
    const { clientId, clientSecret, log } = this.#deps;
    const metadata = provider.serverMetadata();
    const tokenAuthMethod = this.#provenMethod ?? chooseTokenAuthMethod(metadata, { clientId, clientSecret });
    const sendBy = async (method: TokenAuthMethod) => {
      const result = await send(this.#configuration(provider, method));
      this.#provenMethod = method;
      return result;
    };
    try {
      return await sendBy(tokenAuthMethod);
    } catch (error) {
      const other = otherTokenAuthMethod(metadata, { clientSecret, tokenAuthMethod });
      if (this.#provenMethod !== null || other === null || !isClientRefused(error)) throw error;
      log.warn(
        { tokenAuthMethod, other, ...oauth2FactsOf(error) },
        'Identity provider refused the client; another authentication method is tried',
      );
      return sendBy(other);
    }
  }

  #configuration(provider: Configuration, tokenAuthMethod: TokenAuthMethod): Configuration {
    const { clientId, clientSecret, fetch, extensions } = this.#deps;
    const authentication = clientAuthentication({ tokenAuthMethod, clientSecret });
    const configuration = new Configuration(provider.serverMetadata(), clientId, undefined, authentication);
    configuration[customFetch] = fetch;
    for (const extend of extensions) extend(configuration);
    return configuration;
  }
}

function isClientRefused(error: unknown): boolean {
  const failure = classifyFailure(error);
  return failure.kind === 'REFUSED' && failure.error === 'invalid_client';
}

/** Returns the error code and the HTTP status of a failed request, for the log. An unregistered code is remote text. */
export function oauth2FactsOf(error: unknown): { oauth2Error?: string; httpStatus?: number } {
  if (error instanceof AuthorizationResponseError) {
    return { oauth2Error: registeredError(error.error) ?? 'unregistered' };
  }
  const failure = classifyFailure(error);
  return {
    ...('error' in failure && typeof failure.error === 'string' && { oauth2Error: failure.error }),
    ...('status' in failure && failure.status !== undefined && { httpStatus: failure.status }),
  };
}
