import { createServer, type IncomingMessage } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider, errors, interactionPolicy, type ClientMetadata, type Configuration } from 'oidc-provider';
import { FormBrowser } from '../browser/form-browser.js';
import { close, listen, record, type RecordedRequest } from '../http-listener.js';
import { answerInteraction, type ProviderPages } from './login-and-consent.js';
import { createMemoryAdapter } from './memory-adapter.js';

/** A client that is registered from the start, as an administrator registers one manually. */
export interface PreRegisteredClient {
  clientId: string;
  /** Without one, the client is public. */
  clientSecret?: string;
  redirectUris: string[];
}

/** The locations of metadata for an issuer with a path, in RFC 8414 and OpenID Connect Discovery. */
export type MetadataLocation =
  | 'oauth-authorization-server'
  | 'openid-configuration'
  | 'openid-configuration appended'
  | 'oauth-authorization-server appended';

export interface AuthorizationServerOptions {
  /** Defaults to true. */
  dynamicRegistration?: boolean;
  /** '' or a path such as '/tenant', for the issuer `http://127.0.0.1:port/tenant`. */
  issuerPath?: string;
  clients?: PreRegisteredClient[];
  /** The only resource that tokens are issued for. Defaults to any. */
  resource?: string;
  /** The `iss` of authorization responses (RFC 9207). null omits it. Defaults to the issuer. */
  iss?: string | null;
  /** Members that replace those of the metadata. undefined removes a member. */
  metadata?: Record<string, unknown>;
  /** The locations that serve the metadata. Defaults to all three. */
  metadataAt?: MetadataLocation[];
  /** Defaults to opaque tokens, which can be revoked. JWTs can't. */
  accessTokenFormat?: 'opaque' | 'jwt';
  /** Additional scopes. */
  moreScopes?: string[];
  /** Requires pushed authorization requests (RFC 9126). Defaults to false. */
  requiresPush?: boolean;
  /** The lifetime of access tokens in seconds. Defaults to 3600. */
  accessTokenTtl?: number;
  /** The pages for users. Defaults to plain forms. */
  pages?: ProviderPages;
}

export interface AuthorizationServer {
  readonly issuer: string;
  readonly requests: readonly RecordedRequest[];
  /** Returns the number of requests to a path relative to the issuer: `/token`. */
  count(path: string): number;
  /** Signs in and consents as a user does. Returns the callback URL without requesting it. */
  approve(authorizationUrl: string, login?: string): Promise<string>;
  /** Signs in and denies the consent. Returns the callback URL without requesting it. */
  deny(authorizationUrl: string, login?: string): Promise<string>;
  /** Delays the responses of the token endpoint. It still processes each request at once. */
  delayToken(ms: number): void;
  /** Holds the response to the next token request until `release`. The request is processed at once. */
  holdToken(): { reached: Promise<void>; release(): void };
  /**
   * Makes the revocation endpoint fail from now on, without revoking. null ends that. It also closes hanging connections.
   * @param after the number of requests that still succeed
   */
  troubleRevocation(trouble: RevocationTrouble | null, after?: number): void;
  /** Returns the tokens that the revocation endpoint received, in order. */
  revocations(): { token: string; hint: string; authorization: string | undefined; succeeded: boolean }[];
  /** Introspects a token (RFC 7662), as the resource server that it was issued for. */
  introspect(token: string): Promise<{ active: boolean; [claim: string]: unknown }>;
  close(): Promise<void>;
}

/** Closes connections, never answers, or answers with a status. */
export type RevocationTrouble = 'DOWN' | 'HANGING' | { status: number; headers?: Record<string, string> };

const resourceServer = { id: 'resource-server', secret: 'resource-server-secret' };
const scopes = ['openid', 'offline_access', 'mcp:tools'];

/** The routes of oidc-provider, relative to the issuer. */
export const endpoints = {
  authorization: '/auth',
  token: '/token',
  registration: '/reg',
  revocation: '/token/revocation',
  introspection: '/token/introspection',
  pushed_authorization_request: '/par',
} as const;

/**
 * Starts a real authorization server (oidc-provider) on a free port of 127.0.0.1: required PKCE, resource indicators,
 * dynamic registration, rotating refresh tokens whose reuse ends the authorization, revocation, introspection, RFC 9207.
 */
export async function startAuthorizationServer(
  options: AuthorizationServerOptions = {},
): Promise<AuthorizationServer> {
  const issuerPath = options.issuerPath ?? '';
  const http = createServer();
  const origin = await listen(http);
  const issuer = origin + issuerPath;
  const requests: RecordedRequest[] = [];
  let tokenDelay = 0;
  let trouble: RevocationTrouble | null = null;
  let remainingSuccesses = 0;
  const failedRevocations = new Set<RecordedRequest>();
  const hanging = new Set<IncomingMessage>();
  let hold: { reached(): void; released: Promise<void> } | undefined;

  const provider = new Provider(issuer, await configuration(options, issuerPath));
  provider.use(answerInteraction(provider, options.pages));
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path.startsWith('/.well-known/') && isRecord(ctx.body)) {
      ctx.body = { ...ctx.body, scopes_supported: scopesOf(options), ...options.metadata };
    }
    if (ctx.path === endpoints.token) {
      const held = hold;
      hold = undefined;
      held?.reached();
      await held?.released;
      if (tokenDelay > 0) await new Promise((resolve) => setTimeout(resolve, tokenDelay));
    }
    const location = ctx.response.get('location');
    if (options.iss !== undefined && location && !location.startsWith(origin) && URL.canParse(location)) {
      const url = new URL(location);
      if (options.iss === null) url.searchParams.delete('iss');
      else url.searchParams.set('iss', options.iss);
      ctx.set('location', url.href);
    }
  });

  const metadataPaths = wellKnownPaths(issuerPath, options.metadataAt);
  const handle = provider.callback();
  http.on('request', (req, res) => {
    const recorded = record(req);
    requests.push(recorded);
    if (trouble !== null && recorded.path === issuerPath + endpoints.revocation) {
      remainingSuccesses -= 1;
      if (remainingSuccesses < 0) {
        failedRevocations.add(recorded);
        req.resume();
        if (trouble === 'DOWN') req.on('end', () => req.socket.destroy());
        else if (trouble === 'HANGING') hanging.add(req);
        else res.writeHead(trouble.status, trouble.headers).end();
        return;
      }
    }
    const [path = '', query] = (req.url ?? '').split('?');
    const withQuery = (to: string) => {
      const parameters = new URLSearchParams(query);
      // RFC 6749 section 3.3: the default scope applies to an authorization request without a scope.
      if (to === endpoints.authorization && !parameters.has('scope')) parameters.set('scope', 'mcp:tools');
      return parameters.size > 0 ? `${to}?${parameters}` : to;
    };
    if (metadataPaths.has(path)) req.url = '/.well-known/openid-configuration';
    else if (!path.includes('/.well-known/') && path.startsWith(`${issuerPath}/`)) {
      req.url = withQuery(path.slice(issuerPath.length));
    } else {
      res.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>');
      return;
    }
    // oidc-provider derives its mount path from the difference to `url`, as with Express.
    Object.assign(req, { originalUrl: issuerPath + req.url });
    void handle(req, res);
  });

  const submitForms =
    (decision: 'approve' | 'deny') =>
    (authorizationUrl: string, login = 'alice') =>
      new FormBrowser().submitForms(authorizationUrl, { within: origin, login, decision });
  return {
    issuer,
    requests,
    count: (path) => requests.filter((request) => request.path.split('?')[0] === issuerPath + path).length,
    approve: submitForms('approve'),
    deny: submitForms('deny'),
    delayToken(ms) {
      tokenDelay = ms;
    },
    holdToken() {
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const reached = new Promise<void>((resolve) => {
        hold = { reached: resolve, released };
      });
      return { reached, release };
    },
    troubleRevocation(answer, after = 0) {
      trouble = answer;
      remainingSuccesses = after;
      for (const request of hanging) request.socket.destroy();
      hanging.clear();
    },
    revocations: () =>
      requests
        .filter(({ path }) => path === issuerPath + endpoints.revocation)
        .map((request) => {
          const form = new URLSearchParams(request.body);
          return {
            token: form.get('token') ?? '',
            hint: form.get('token_type_hint') ?? '',
            authorization: request.headers.authorization,
            succeeded: !failedRevocations.has(request),
          };
        }),
    async introspect(token) {
      const answer = await fetch(issuer + endpoints.introspection, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${resourceServer.id}:${resourceServer.secret}`)}` },
        body: new URLSearchParams({ token }),
      });
      if (!answer.ok) throw new Error(`introspection answered ${answer.status}`);
      return (await answer.json()) as { active: boolean };
    },
    close: () => close(http),
  };
}

async function configuration(
  options: AuthorizationServerOptions,
  issuerPath: string,
): Promise<Configuration> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const policy = interactionPolicy.base();
  // Users consent each time, so that no test depends on an earlier one.
  policy
    .get('consent')
    ?.checks.add(
      new interactionPolicy.Check(
        'always_ask',
        'consent is asked for each time',
        'interaction_required',
        (ctx) =>
          ctx.oidc.result?.consent
            ? interactionPolicy.Check.NO_NEED_TO_PROMPT
            : interactionPolicy.Check.REQUEST_PROMPT,
      ),
    );
  const seconds = (value: number) => () => value;
  return {
    adapter: createMemoryAdapter(),
    clients: [
      {
        client_id: resourceServer.id,
        client_secret: resourceServer.secret,
        redirect_uris: [],
        response_types: [],
        grant_types: [],
      },
      ...(options.clients ?? []).map(clientMetadata),
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' }] },
    cookies: { keys: ['only for tests'] },
    scopes: scopesOf(options),
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    clientDefaults: { id_token_signed_response_alg: 'ES256', grant_types: ['authorization_code'] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => false,
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    interactions: { policy, url: (_ctx, interaction) => `${issuerPath}/interaction/${interaction.uid}` },
    routes: { ...endpoints, jwks: '/jwks' },
    ttl: {
      AccessToken: seconds(options.accessTokenTtl ?? 3600),
      AuthorizationCode: seconds(60),
      Grant: seconds(86_400),
      IdToken: seconds(3600),
      Interaction: seconds(600),
      RefreshToken: seconds(86_400),
      Session: seconds(86_400),
    },
    features: {
      devInteractions: { enabled: false },
      pushedAuthorizationRequests: {
        enabled: options.requiresPush ?? false,
        requirePushedAuthorizationRequests: options.requiresPush ?? false,
      },
      registration: { enabled: options.dynamicRegistration ?? true },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      introspection: {
        enabled: true,
        allowedPolicy: (_ctx, client) => client.clientId === resourceServer.id,
      },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo(_ctx, resource) {
          if (options.resource !== undefined && options.resource !== resource)
            throw new errors.InvalidTarget();
          return {
            scope: ['mcp:tools', ...(options.moreScopes ?? [])].join(' '),
            audience: resource,
            accessTokenTTL: options.accessTokenTtl ?? 3600,
            accessTokenFormat: options.accessTokenFormat ?? 'opaque',
          };
        },
      },
    },
  };
}

function scopesOf({ moreScopes = [] }: AuthorizationServerOptions): string[] {
  return [...scopes, ...moreScopes];
}

function clientMetadata({ clientId, clientSecret, redirectUris }: PreRegisteredClient): ClientMetadata {
  return {
    client_id: clientId,
    client_secret: clientSecret,
    token_endpoint_auth_method: clientSecret === undefined ? 'none' : 'client_secret_basic',
    redirect_uris: redirectUris,
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
  };
}

function wellKnownPaths(issuerPath: string, only?: MetadataLocation[]): Set<string> {
  const paths: Record<MetadataLocation, string> = {
    'oauth-authorization-server': `/.well-known/oauth-authorization-server${issuerPath}`,
    'openid-configuration': `/.well-known/openid-configuration${issuerPath}`,
    'openid-configuration appended': `${issuerPath}/.well-known/openid-configuration`,
    'oauth-authorization-server appended': `${issuerPath}/.well-known/oauth-authorization-server`,
  };
  return new Set(only ? only.map((location) => paths[location]) : Object.values(paths));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value);
}
