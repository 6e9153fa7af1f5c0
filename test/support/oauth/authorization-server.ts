import { createServer, type IncomingMessage } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider, errors, interactionPolicy, type ClientMetadata, type Configuration } from 'oidc-provider';
import { CookieJar } from '../browser/cookie-jar.js';
import { close, listen, record, type RecordedRequest } from '../http-listener.js';
import { answerInteraction, type ProviderPages } from './login-and-consent.js';
import { providerStorage } from './provider-storage.js';

/** A client that the provider knows from the start, as an administrator would have registered it by hand. */
export interface PreRegisteredClient {
  clientId: string;
  /** None: a public client. */
  clientSecret?: string;
  redirectUris: string[];
}

/** Where RFC 8414 and OpenID Connect Discovery put the metadata of an issuer with a path. */
export type MetadataLocation =
  'oauth-authorization-server' | 'openid-configuration' | 'openid-configuration appended';

export interface AuthorizationServerOptions {
  /** Default true. */
  dynamicRegistration?: boolean;
  /** '' or a path such as '/tenant': the issuer then is `http://127.0.0.1:port/tenant`. */
  issuerPath?: string;
  clients?: PreRegisteredClient[];
  /** The only resource that tokens are issued for; default any. */
  resource?: string;
  /** What the redirects back carry as `iss` (RFC 9207); null leaves it out; default the issuer. */
  iss?: string | null;
  /** Laid over the metadata; undefined drops a member. */
  metadata?: Record<string, unknown>;
  /** Where the metadata is served; default all three. */
  metadataAt?: MetadataLocation[];
  /** Opaque ones (the default) can be revoked; JWTs cannot. */
  accessTokenFormat?: 'opaque' | 'jwt';
  /** Scopes that it knows beside its own. */
  moreScopes?: string[];
  /** Access tokens' life in seconds; default 3600. */
  accessTokenTtl?: number;
  /** What people see; default no more than a form. */
  pages?: ProviderPages;
}

export interface AuthorizationServer {
  readonly issuer: string;
  readonly requests: readonly RecordedRequest[];
  /** How many requests came to this path, relative to the issuer and without a query: `/token`. */
  count(path: string): number;
  /** Walks through login and consent as a person would and returns the callback URL, not requested yet. */
  approve(authorizationUrl: string, login?: string): Promise<string>;
  /** The same, but says no at the consent page. */
  deny(authorizationUrl: string, login?: string): Promise<string>;
  /** From now on the token endpoint does its work at once but answers only after `ms`. */
  delayToken(ms: number): void;
  /** The next token request is worked on at once; its answer is held until `release`. */
  holdToken(): { reached: Promise<void>; release(): void };
  /**
   * What its revocation endpoint answers from now on, without doing its work; null: all is well again. What still hangs is
   * broken off.
   * @param after how many requests it still works on first
   */
  troubleRevocation(trouble: RevocationTrouble | null, after?: number): void;
  /** The tokens that its revocation endpoint was shown since it started, in order. */
  revocations(): { token: string; hint: string; authorization: string | undefined; worked: boolean }[];
  /** RFC 7662, as the resource server that the tokens are for. */
  introspect(token: string): Promise<{ active: boolean; [claim: string]: unknown }>;
  close(): Promise<void>;
}

/** It breaks connections off, never answers, or answers like this. */
export type RevocationTrouble = 'DOWN' | 'HANGING' | { status: number; headers?: Record<string, string> };

const resourceServer = { id: 'resource-server', secret: 'resource-server-secret' };
const scopes = ['openid', 'offline_access', 'mcp:tools'];

/** Where oidc-provider's own routes lie, relative to the issuer. */
export const endpoints = {
  authorization: '/auth',
  token: '/token',
  registration: '/reg',
  revocation: '/token/revocation',
  introspection: '/token/introspection',
} as const;

/**
 * A real authorization server (oidc-provider) on a free port of 127.0.0.1: PKCE required, resource indicators,
 * dynamic registration, rotating refresh tokens whose reuse ends the grant, revocation, introspection, RFC 9207.
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
  let untroubled = 0;
  const troubled = new Set<RecordedRequest>();
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
      untroubled -= 1;
      if (untroubled < 0) {
        troubled.add(recorded);
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
      // RFC 6749 section 3.3: an authorization request without a scope gets the default one.
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
    // oidc-provider learns where it is mounted from the difference to `url`, as with Express.
    Object.assign(req, { originalUrl: issuerPath + req.url });
    void handle(req, res);
  });

  const walk =
    (decision: 'approve' | 'deny') =>
    (authorizationUrl: string, login = 'alice') =>
      new CookieJar().walk(authorizationUrl, { within: origin, login, decision });
  return {
    issuer,
    requests,
    count: (path) => requests.filter((request) => request.path.split('?')[0] === issuerPath + path).length,
    approve: walk('approve'),
    deny: walk('deny'),
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
      untroubled = after;
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
            worked: !troubled.has(request),
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
  // A person is asked each time, so that no test depends on what an earlier one granted.
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
    adapter: providerStorage(),
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
  };
  return new Set(only ? only.map((location) => paths[location]) : Object.values(paths));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value);
}
