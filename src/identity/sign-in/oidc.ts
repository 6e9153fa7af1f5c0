import type { EntityManager } from '@mikro-orm/postgresql';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  AuthorizationResponseError,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type Configuration,
  type CustomFetch,
  type IDToken,
} from 'openid-client';
import { SwitchboardError } from '../../errors.js';
import { describeFailure, type Logger } from '../../log.js';
import { isStorable } from '../../text.js';
import { oauth2FactsOf, OidcClient } from './oidc-client.js';
import { admitOidcUser, recordRefusedOidcUser, type OidcUser } from './oidc-user.js';

/** A claim and the value that it must have. If the claim is a list, it must contain the value. */
export interface ClaimValue {
  name: string;
  value: string;
}

/**
 * The team's identity provider, and which of its users may sign in: those with an allowed domain or the allowed claim. If
 * both settings are empty, none may sign in.
 */
export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Users with a verified email address in one of these domains may sign in. In lower case. */
  allowedDomains: readonly string[];
  /** Users with this claim may sign in. */
  allowedClaim: ClaimValue | null;
  /** Users with this claim become administrators, and users without it members. null: administrators assign roles. */
  adminClaim: ClaimValue | null;
}

/** A sign-in in progress. The browser keeps it in a short-lived cookie that scripts cannot read. */
export interface PendingSignIn {
  state: string;
  nonce: string;
  codeVerifier: string;
  /** The path to return to after the sign-in; null for the default page. */
  returnPath: string | null;
}

type Claims = Record<string, unknown>;

/**
 * Sign-in with the team's identity provider: OpenID Connect Core 1.0, authorization code flow, with PKCE (RFC 7636),
 * `state` and `nonce`. Provider discovery runs at the first sign-in, and again after a failure, so that Switchboard starts
 * while the provider is down.
 */
export class OidcSignIn {
  readonly #settings: OidcSettings;
  readonly #em: EntityManager;
  readonly #fetch: CustomFetch;
  readonly #client: OidcClient;
  readonly #log: Logger;
  readonly #redirectUri: string;
  #provider: Promise<Configuration> | undefined;

  /** @param deps.fetch the guarded fetch */
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
    const { issuer, clientId, clientSecret } = deps.settings;
    const { log } = deps;
    this.#client = new OidcClient({
      clientId,
      clientSecret,
      fetch: this.#fetch,
      extensions: extensionsFor(issuer),
      log,
    });
    this.#redirectUri = `${deps.publicUrl}/auth/oidc/callback`;
  }

  /** @throws UPSTREAM_ERROR if the provider is unreachable or misconfigured */
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
   * Completes a sign-in. Creates the user at their first sign-in.
   *
   * @param params the parameters of the callback
   * @returns the user's id
   * @throws FORBIDDEN if the user may not sign in or did not consent; UPSTREAM_ERROR if the provider's response is invalid
   */
  async complete(params: URLSearchParams, pending: PendingSignIn): Promise<string> {
    const provider = await this.#findProvider();
    const claims = await this.#requestClaims(provider, params, pending);
    const oidcUser = this.#readUser(claims);
    if (!this.#isAllowed(claims, oidcUser)) {
      await recordRefusedOidcUser(this.#em, oidcUser);
      throw new SwitchboardError(
        'FORBIDDEN',
        'Your account at the identity provider is not allowed to use this Switchboard. Ask an administrator.',
      );
    }
    const { userId, keptAdministrator } = await admitOidcUser(this.#em, oidcUser);
    if (keptAdministrator) {
      this.#log.warn({ userId }, 'Kept the last administrator, who no longer has the admin claim');
    }
    return userId;
  }

  #findProvider(): Promise<Configuration> {
    const { issuer, clientId } = this.#settings;
    this.#provider ??= discovery(new URL(issuer), clientId, undefined, undefined, {
      [customFetch]: this.#fetch,
      execute: extensionsFor(issuer),
    }).catch((error: unknown) => {
      this.#provider = undefined;
      throw this.#failure(error, 'The identity provider cannot be reached at the moment. Try again later.');
    });
    return this.#provider;
  }

  /** Returns `openid email profile`, and for each configured claim the scope of the same name, if the provider offers it. */
  #scope(provider: Configuration): string {
    const offered = provider.serverMetadata().scopes_supported ?? [];
    const wanted = this.#claimNames().filter((name) => offered.includes(name));
    return [...new Set(['openid', 'email', 'profile', ...wanted])].join(' ');
  }

  #claimNames(): string[] {
    const { allowedClaim, adminClaim } = this.#settings;
    return [allowedClaim, adminClaim].flatMap((claim) => (claim ? [claim.name] : []));
  }

  /** Returns the user's claims. If the ID token lacks a needed claim, adds those of the userinfo endpoint. */
  async #requestClaims(
    provider: Configuration,
    params: URLSearchParams,
    pending: PendingSignIn,
  ): Promise<IDToken> {
    try {
      const tokens = await this.#client.request(provider, (configuration) =>
        authorizationCodeGrant(configuration, new URL(`${this.#redirectUri}?${params}`), {
          expectedState: pending.state,
          expectedNonce: pending.nonce,
          pkceCodeVerifier: pending.codeVerifier,
          idTokenExpected: true,
        }),
      );
      const claims = tokens.claims();
      if (!claims) throw new Error('The token response has no ID token.');
      // A part of it would be lost when it is stored, and it could then be taken for another user's.
      if (!isStorable(claims.sub)) throw new Error('The subject contains characters that cannot be stored.');
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
          'The sign-in was cancelled or refused at the identity provider.',
        );
      }
      throw this.#failure(
        error,
        'The identity provider sent an invalid response. Try again. If the sign-in fails again, ask an administrator.',
      );
    }
  }

  #readUser(claims: IDToken): OidcUser {
    const { adminClaim } = this.#settings;
    const email = typeof claims.email === 'string' ? claims.email : null;
    // Some providers send a string from the userinfo endpoint.
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

  /** Tells whether the settings allow this user to sign in. */
  #isAllowed(claims: IDToken, { email, emailVerified }: OidcUser): boolean {
    const { allowedDomains, allowedClaim } = this.#settings;
    const domain = email?.slice(email.lastIndexOf('@') + 1).toLowerCase();
    const inDomain = emailVerified && domain !== undefined && allowedDomains.includes(domain);
    return inDomain || (allowedClaim !== null && hasClaim(claims, allowedClaim));
  }

  /** Logs the failure with the error code and status, without other text of the provider, and returns the error for the user. */
  #failure(error: unknown, message: string): SwitchboardError {
    const cause =
      error instanceof Error && error.cause !== undefined ? describeFailure(error.cause) : undefined;
    this.#log.warn(
      { failure: describeFailure(error), cause, ...oauth2FactsOf(error) },
      'OIDC sign-in failed',
    );
    return new SwitchboardError('UPSTREAM_ERROR', message);
  }
}

/** Returns what is changed in each configuration of the client library. */
function extensionsFor(issuer: string): ((configuration: Configuration) => void)[] {
  // Without TLS, only the signature shows who issued the ID token (OpenID Connect Core 1.0 section 3.1.3.7).
  return isLoopback(issuer) ? [allowInsecureRequests, enableNonRepudiationChecks] : [];
}

/** Tells whether the provider runs on this machine. Only there plain http is used, if the guarded fetch allows it. */
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
