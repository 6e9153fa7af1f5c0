import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { close, listen } from '../../support/http-listener.js';

/** The behavior of a provider. It can be changed at any time. */
export interface LossyBehavior {
  /** The authorization endpoint's answer to an unknown client. */
  unknownAtAuthorize: 'PAGE' | 'LOGIN' | 'ERROR_REDIRECT';
  /** The token endpoint's answer to an unknown client. */
  unknownAtToken: 'invalid_client' | 'invalid_grant' | 500;
  /** The authorization endpoint refuses everything that has no cookies, as a filter against robots does. */
  refusesRobots: boolean;
  /** READABLE: the registration can be read and deleted (RFC 7592). BROKEN: its URL answers 404 for every client. */
  management: 'NONE' | 'READABLE' | 'BROKEN';
  /** The lifetime of client secrets in seconds. 0: they do not expire. */
  secretLifetime: number;
  /**
   * Refreshes are refused to another client than the one that the token was issued to. Revocations by another client are
   * confirmed without an effect (RFC 7009 section 2.2).
   */
  bindsTokens: boolean;
  /** The endpoint for registrations answers 503. */
  refusesRegistrations: boolean;
  /** The endpoint for revocations answers 503. */
  refusesRevocations: boolean;
  methods: string[];
  /** The metadata requires pushed authorization requests. The authorization endpoint refuses all others. */
  requiresPush: boolean;
}

export interface LossyProvider {
  readonly mcpUrl: string;
  readonly origin: string;
  behavior: LossyBehavior;
  /** The requests of every path, without a query: `POST /token`. */
  readonly requests: string[];
  readonly clients: ReadonlyMap<string, { secret: string | null; token: string }>;
  /** The tokens that are valid, each with the id of the client that it was issued to. */
  readonly tokens: ReadonlyMap<string, string>;
  /** The ids of the clients that revocations were sent by, known or not. */
  readonly revokedBy: string[];
  /** The ids of clients that were deleted by RFC 7592. */
  readonly deleted: string[];
  count(request: string): number;
  /** Forgets every client, as a provider without a database does at its restart. */
  forget(): void;
  /** Approves a request as a user with cookies does. Returns the callback URL, or null for an error page. */
  approve(authorizationUrl: string): string | null;
  close(): Promise<void>;
}

const defaults: LossyBehavior = {
  unknownAtAuthorize: 'PAGE',
  unknownAtToken: 'invalid_client',
  refusesRobots: false,
  management: 'NONE',
  secretLifetime: 0,
  bindsTokens: false,
  refusesRegistrations: false,
  refusesRevocations: false,
  methods: ['client_secret_basic', 'client_secret_post'],
  requiresPush: false,
};

/** Starts an MCP server and its provider on one port. The provider keeps its clients in memory, and can lose them. */
export async function startLossyProvider(behavior: Partial<LossyBehavior> = {}): Promise<LossyProvider> {
  const clients = new Map<string, { secret: string | null; token: string }>();
  const codes = new Map<string, string>();
  const pushed = new Map<string, URLSearchParams>();
  const tokens = new Map<string, string>();
  const revokedBy: string[] = [];
  const requests: string[] = [];
  const deleted: string[] = [];
  let origin = '';

  const json = (res: ServerResponse, status: number, body: unknown, headers = {}) =>
    void res
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(body === undefined ? '' : JSON.stringify(body));

  function register(asked: Record<string, unknown>, res: ServerResponse): void {
    if (provider.behavior.refusesRegistrations) return json(res, 503, {});
    const isPublic = asked.token_endpoint_auth_method === 'none';
    const id = `client-${randomUUID()}`;
    const client = {
      secret: isPublic ? null : `secret-${randomUUID()}`,
      token: `registration-${randomUUID()}`,
    };
    clients.set(id, client);
    const { management, secretLifetime } = provider.behavior;
    const now = Math.floor(Date.now() / 1000);
    json(res, 201, {
      ...asked,
      client_id: id,
      ...(!isPublic && {
        client_secret: client.secret,
        client_secret_expires_at: secretLifetime === 0 ? 0 : now + secretLifetime,
      }),
      ...(management !== 'NONE' && {
        registration_client_uri: `${origin}/register/${id}`,
        registration_access_token: client.token,
      }),
    });
  }

  function manage(req: IncomingMessage, res: ServerResponse, id: string): void {
    const client = clients.get(id);
    if (provider.behavior.management !== 'READABLE') return json(res, 404, {});
    if (!client || req.headers.authorization !== `Bearer ${client.token}`) return json(res, 401, {});
    if (req.method !== 'DELETE') return json(res, 200, { client_id: id });
    clients.delete(id);
    deleted.push(id);
    json(res, 204, undefined);
  }

  function authorize(url: URL, res: ServerResponse): void {
    const { unknownAtAuthorize, refusesRobots, requiresPush } = provider.behavior;
    if (requiresPush && !pushed.has(url.searchParams.get('request_uri') ?? '')) {
      return void res.writeHead(400, { 'content-type': 'text/html' }).end('Push the request');
    }
    const isKnown = clients.has(url.searchParams.get('client_id') ?? '');
    if (refusesRobots) return void res.writeHead(403, { 'content-type': 'text/html' }).end('Blocked');
    if (isKnown || unknownAtAuthorize === 'LOGIN')
      return void res.writeHead(302, { location: '/login' }).end();
    if (unknownAtAuthorize === 'ERROR_REDIRECT') {
      return void res.writeHead(302, { location: '/error?error=invalid_client' }).end();
    }
    res.writeHead(400, { 'content-type': 'text/html' }).end('<h1>Unknown client</h1>');
  }

  function authenticate(req: IncomingMessage, form: URLSearchParams) {
    const [basicId, basicSecret] = decodeBasic(req.headers.authorization);
    const id = basicId ?? form.get('client_id') ?? '';
    const secret = basicSecret ?? form.get('client_secret');
    return { id, isAuthenticated: clients.has(id) && clients.get(id)?.secret === secret };
  }

  function push(req: IncomingMessage, form: URLSearchParams, res: ServerResponse): void {
    if (!authenticate(req, form).isAuthenticated) return json(res, 401, { error: 'invalid_client' });
    const reference = `urn:ietf:params:oauth:request_uri:${randomUUID()}`;
    pushed.set(reference, form);
    json(res, 201, { request_uri: reference, expires_in: 60 });
  }

  function revoke(req: IncomingMessage, form: URLSearchParams, res: ServerResponse): void {
    const { id, isAuthenticated } = authenticate(req, form);
    revokedBy.push(id);
    if (provider.behavior.refusesRevocations) return json(res, 503, {});
    if (!isAuthenticated) return json(res, 401, { error: 'invalid_client' });
    const token = form.get('token') ?? '';
    if (tokens.get(token) === id || !provider.behavior.bindsTokens) tokens.delete(token);
    json(res, 200, undefined);
  }

  function token(req: IncomingMessage, form: URLSearchParams, res: ServerResponse): void {
    const { id, isAuthenticated } = authenticate(req, form);
    const { unknownAtToken, bindsTokens } = provider.behavior;
    if (!isAuthenticated) {
      if (unknownAtToken === 500) return json(res, 500, { error: 'server_error' });
      return json(res, unknownAtToken === 'invalid_client' ? 401 : 400, { error: unknownAtToken });
    }
    const isRefresh = form.get('grant_type') === 'refresh_token';
    const presented = form.get(isRefresh ? 'refresh_token' : 'code') ?? '';
    const owner = (isRefresh ? tokens : codes).get(presented);
    if (owner === undefined || (owner !== id && (bindsTokens || !isRefresh))) {
      return json(res, 400, { error: 'invalid_grant' });
    }
    codes.delete(presented);
    const issued = { access_token: `access-${randomUUID()}`, refresh_token: `refresh-${randomUUID()}` };
    tokens.set(issued.access_token, id);
    tokens.set(issued.refresh_token, id);
    json(res, 200, { ...issued, token_type: 'Bearer', expires_in: 3_600 });
  }

  const http = createServer((req, res) => {
    const url = new URL(req.url ?? '', origin);
    requests.push(`${req.method} ${url.pathname}`);
    let body = '';
    req.on('data', (chunk: Buffer) => (body += chunk.toString()));
    req.on('end', () => {
      if (url.pathname === '/.well-known/oauth-protected-resource/mcp') {
        return json(res, 200, { resource: `${origin}/mcp`, authorization_servers: [origin] });
      }
      if (url.pathname === '/.well-known/oauth-authorization-server') {
        return json(res, 200, {
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          revocation_endpoint: `${origin}/revoke`,
          registration_endpoint: `${origin}/register`,
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
          token_endpoint_auth_methods_supported: provider.behavior.methods,
          ...(provider.behavior.requiresPush && {
            require_pushed_authorization_requests: true,
            pushed_authorization_request_endpoint: `${origin}/par`,
          }),
          revocation_endpoint_auth_methods_supported: provider.behavior.methods,
        });
      }
      if (url.pathname === '/register') return register(JSON.parse(body) as Record<string, unknown>, res);
      if (url.pathname.startsWith('/register/')) return manage(req, res, url.pathname.slice(10));
      if (url.pathname === '/authorize') return authorize(url, res);
      if (url.pathname === '/par') return push(req, new URLSearchParams(body), res);
      if (url.pathname === '/revoke') return revoke(req, new URLSearchParams(body), res);
      if (url.pathname === '/token') return token(req, new URLSearchParams(body), res);
      const bearer = (req.headers.authorization ?? '').replace('Bearer ', '');
      if (url.pathname === '/mcp' && !tokens.has(bearer)) {
        return json(res, 401, {}, { 'www-authenticate': 'Bearer' });
      }
      return json(res, 404, {});
    });
  });

  const provider: LossyProvider = {
    mcpUrl: '',
    origin: '',
    behavior: { ...defaults, ...behavior },
    requests,
    clients,
    tokens,
    revokedBy,
    deleted,
    count: (request) => requests.filter((each) => each === request).length,
    forget: () => clients.clear(),
    approve(authorizationUrl) {
      const { searchParams } = new URL(authorizationUrl);
      const clientId = searchParams.get('client_id') ?? '';
      if (!clients.has(clientId)) return null;
      const code = randomUUID();
      codes.set(code, clientId);
      const request = pushed.get(searchParams.get('request_uri') ?? '') ?? searchParams;
      const callback = new URL(request.get('redirect_uri') ?? '');
      callback.searchParams.set('code', code);
      callback.searchParams.set('state', request.get('state') ?? '');
      return callback.href;
    },
    close: () => close(http),
  };
  origin = await listen(http);
  return Object.assign(provider, { origin, mcpUrl: `${origin}/mcp` });
}

function decodeBasic(header: string | undefined): [string, string] | [undefined, undefined] {
  if (!header?.startsWith('Basic ')) return [undefined, undefined];
  const [id = '', secret = ''] = Buffer.from(header.slice(6), 'base64').toString().split(':');
  return [decodeURIComponent(id), decodeURIComponent(secret)];
}
