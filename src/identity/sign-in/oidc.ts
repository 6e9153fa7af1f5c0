import type { EntityManager } from '@mikro-orm/postgresql';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  AuthorizationResponseError,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type ClientAuth,
  type Configuration,
  type CustomFetch,
  type IDToken,
} from 'openid-client';
import { SwitchboardError } from '../../errors.js';
import { describeFailure, type Logger } from '../../log.js';
import { userOfTeamMember, refuseTeamMember, type TeamMember } from './oidc-user.js';

/** A claim and the value it has to have; a claim that is a list has to contain it. */
export interface ClaimValue {
  name: string;
  value: string;
}

/** The team's identity provider, and which of its people may come in. With neither limit set, nobody may. */
export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Whoever has a verified address in one of these domains, in lower case, may sign in. */
  allowedDomains: readonly string[];
  /** Whoever has this claim may sign in. */
  allowedClaim: ClaimValue | null;
  /** Whoever has this claim is an administrator, whoever has not is none; null keeps roles here. */
  adminClaim: ClaimValue | null;
}

/** A sign-in under way. It stays in the browser that began it, in a short-lived cookie that scripts cannot read. */
export interface PendingSignIn {
  state: string;
  nonce: string;
  codeVerifier: string;
  /** A path of this origin to go on to; null: none in particular. */
  returnPath: string | null;
}

type Claims = Record<string, unknown>;

/**
 * Sign-in with the team's identity provider: OpenID Connect Core 1.0, authorization code flow, with PKCE (RFC 7636),
 * `state` and `nonce` always. The provider is looked up when it is first needed, and again after a failure, so that
 * this server starts and serves without it.
 */
export class TeamSignIn {
  readonly #settings: OidcSettings;
  readonly #em: EntityManager;
  readonly #fetch: CustomFetch;
  readonly #log: Logger;
  readonly #redirectUri: string;
  #provider: Promise<Configuration> | undefined;

  /** @param deps.fetch the guarded way out. */
  constructor(deps: {
    settings: OidcSettings;
    em: EntityManager;
    fetch: (url: string, init?: RequestInit) => Promise<Response>;
    publicUrl: string;
    log: Logger;
  }) {
    this.#settings = deps.settings;
    this.#em = deps.em;
    this.#fetch = (url, options) => deps.fetch(url, options as RequestInit);
    this.#log = deps.log;
    this.#redirectUri = `${deps.publicUrl}/auth/oidc/callback`;
  }

  /** @throws UPSTREAM_ERROR when the provider cannot be reached or is not set up right. */
  async begin(returnPath: string | null): Promise<{ url: string; pending: PendingSignIn }> {
    const provider = await this.#findProvider();
    const codeVerifier = randomPKCECodeVerifier();
    const pending = { state: randomState(), nonce: randomNonce(), codeVerifier, returnPath };
    const url = buildAuthorizationUrl(provider, {
      redirect_uri: this.#redirectUri,
      scope: this.#scope(provider),
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, pending };
  }

  /**
   * Who came back from the provider, as an account here, created if need be.
   *
   * @param params the callback's parameters.
   * @returns the account's id. @throws FORBIDDEN when this person may not come in or did not consent; UPSTREAM_ERROR
   *   when the provider's answer does not hold.
   */
  async complete(params: URLSearchParams, pending: PendingSignIn): Promise<string> {
    const provider = await this.#findProvider();
    const claims = await this.#redeem(provider, params, pending);
    const member = this.#memberOf(claims);
    if (!this.#isAllowed(claims, member)) {
      await refuseTeamMember(this.#em, member);
      throw new SwitchboardError(
        'FORBIDDEN',
        'Your account at the identity provider is not among those that may use this Switchboard. Ask an administrator.',
      );
    }
    const { userId, keptAdministrator } = await userOfTeamMember(this.#em, member);
    if (keptAdministrator) {
      this.#log.warn(
        { userId },
        'The admin claim is gone, but this is the last administrator, who stays one.',
      );
    }
    return userId;
  }

  #findProvider(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    this.#provider ??= discovery(new URL(issuer), clientId, {}, clientAuthentication(clientSecret), {
      [customFetch]: this.#fetch,
      execute: isLoopback(issuer) ? [allowInsecureRequests] : [],
    }).catch((error: unknown) => {
      this.#provider = undefined;
      throw this.#failure(
        error,
        'The identity provider cannot be reached at the moment. Try again in a while.',
      );
    });
    return this.#provider;
  }

  /** `openid email profile`, and the scope that bears a wanted claim's name, if there is one. */
  #scope(provider: Configuration): string {
    const offered = provider.serverMetadata().scopes_supported ?? [];
    const wanted = this.#claimNames().filter((name) => offered.includes(name));
    return [...new Set(['openid', 'email', 'profile', ...wanted])].join(' ');
  }

  #claimNames(): string[] {
    const { allowedClaim, adminClaim } = this.#settings;
    return [allowedClaim, adminClaim].flatMap((claim) => (claim ? [claim.name] : []));
  }

  /** The person's claims: the ID token's, and the userinfo endpoint's where the ID token lacks one that is needed. */
  async #redeem(provider: Configuration, params: URLSearchParams, pending: PendingSignIn): Promise<IDToken> {
    try {
      const tokens = await authorizationCodeGrant(provider, new URL(`${this.#redirectUri}?${params}`), {
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        pkceCodeVerifier: pending.codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new Error('The token answer has no ID token.');
      const needed = ['email', 'email_verified', ...this.#claimNames()];
      if (
        needed.every((name) => claims[name] !== undefined) ||
        !provider.serverMetadata().userinfo_endpoint
      ) {
        return claims;
      }
      return { ...(await fetchUserInfo(provider, tokens.access_token, claims.sub)), ...claims };
    } catch (error) {
      if (error instanceof AuthorizationResponseError && error.error === 'access_denied') {
        throw new SwitchboardError(
          'FORBIDDEN',
          'The identity provider says that the sign-in was cancelled or refused.',
        );
      }
      throw this.#failure(
        error,
        'The identity provider’s answer could not be used. Try again; if it fails again, ask an administrator.',
      );
    }
  }

  #memberOf(claims: IDToken): TeamMember {
    const { adminClaim } = this.#settings;
    const email = typeof claims.email === 'string' ? claims.email : null;
    // Some providers send it as a string from the userinfo endpoint.
    const emailVerified =
      email !== null && (claims.email_verified === true || claims.email_verified === 'true');
    return {
      issuer: claims.iss,
      subject: claims.sub,
      email,
      emailVerified,
      displayName: typeof claims.name === 'string' ? claims.name : null,
      role: adminClaim && (hasClaim(claims, adminClaim) ? 'ADMIN' : 'MEMBER'),
    };
  }

  /** Whether this person is among those who may come in. */
  #isAllowed(claims: IDToken, { email, emailVerified }: TeamMember): boolean {
    const { allowedDomains, allowedClaim } = this.#settings;
    const domain = email?.slice(email.lastIndexOf('@') + 1).toLowerCase();
    const inDomain = emailVerified && domain !== undefined && allowedDomains.includes(domain);
    return inDomain || (allowedClaim !== null && hasClaim(claims, allowedClaim));
  }

  /** Logs what happened, in our own words and codes, and gives the person what they can act on. */
  #failure(error: unknown, message: string): SwitchboardError {
    const cause =
      error instanceof Error && error.cause !== undefined ? describeFailure(error.cause) : undefined;
    this.#log.warn({ failure: describeFailure(error), cause }, 'Sign-in with the identity provider failed.');
    return new SwitchboardError('UPSTREAM_ERROR', message);
  }
}

/**
 * `client_secret_post` where the provider lists it, because nothing there depends on how Basic's two parts are encoded;
 * else `client_secret_basic`, the default of OpenID Connect Discovery 1.0 section 3.
 */
function clientAuthentication(clientSecret: string): ClientAuth {
  const post = ClientSecretPost(clientSecret);
  const basic = ClientSecretBasic(clientSecret);
  return (server, ...request) => {
    const listed = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    (listed.includes('client_secret_post') ? post : basic)(server, ...request);
  };
}

/** Plain http is for an identity provider on this very machine, if the guarded way out lets it through at all. */
function isLoopback(issuer: string): boolean {
  const { protocol, hostname } = new URL(issuer);
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

function hasClaim(claims: Claims, { name, value }: ClaimValue): boolean {
  const claim = claims[name];
  const values: unknown[] = Array.isArray(claim) ? claim : [claim];
  return values.some(
    (item) => ['string', 'number', 'boolean'].includes(typeof item) && String(item) === value,
  );
}
