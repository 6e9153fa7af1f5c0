import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createCertificateAuthority, type CertificateAuthority } from '../support/certificates.js';
import { close } from '../support/http-listener.js';

/** The purpose of a request, which identifies the place to misbehave at. */
export type Place =
  | 'probe'
  | 'probe event stream'
  | 'announced resource metadata'
  | 'guessed resource metadata'
  | 'root resource metadata'
  | 'server metadata'
  | 'openid metadata'
  | 'registration'
  | 'client check'
  | 'client registration'
  | 'authorization request'
  | 'pushed authorization request'
  | 'code exchange'
  | 'refresh'
  | 'revocation'
  | 'server/discover'
  | 'initialize'
  | 'tools/list'
  | 'tools/call'
  | 'mcp event stream'
  | 'absent path'
  | 'elsewhere';

export interface UpstreamRequest {
  place: Place;
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** The response of a misbehaving place. `good` sends the valid response. */
export type Misbehaviour = (req: IncomingMessage, res: ServerResponse, good: RequestListener) => unknown;

/** An MCP server and its authorization server in one, on https. Its responses are valid until `misbehave`. */
export interface Upstream {
  /** `https://127.0.0.1:port`, which is also the issuer. */
  readonly origin: string;
  readonly port: number;
  readonly mcpUrl: string;
  /** The PEM certificate of its authority. */
  readonly ca: string;
  readonly requests: readonly UpstreamRequest[];
  count(place: Place): number;
  /** Changes the response of a place until `behave()`. */
  misbehave(place: Place, answer: Misbehaviour): void;
  /** Makes every response valid again, and clears the requests. */
  behave(): void;
  close(): Promise<void>;
}

const json = (body: unknown, status = 200): RequestListener => {
  return (_req, res) =>
    void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

/** A valid token response. */
export const goodTokens = {
  access_token: 'good-access-token',
  token_type: 'Bearer',
  refresh_token: 'good-refresh-token',
  expires_in: 3600,
};

/** @param names host names of its certificate, in addition to 127.0.0.1. */
export async function startUpstream(
  names: string[] = [],
  authority: CertificateAuthority = createCertificateAuthority(),
): Promise<Upstream> {
  const http = createServer(authority.issue({ ip: ['127.0.0.1'], dns: names }));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const origin = `https://127.0.0.1:${port}`;
  const requests: UpstreamRequest[] = [];
  const misbehaviour = new Map<Place, Misbehaviour>();
  const good = goodAnswers(origin);

  const handle = async (req: IncomingMessage, res: ServerResponse) => {
    const body = Buffer.concat(await req.toArray()).toString();
    const place = placeOf(req, body);
    const { method = '', url: path = '', headers } = req;
    requests.push({ place, method, path, headers, body });
    // Without a connection to reuse, each request resolves and connects.
    res.setHeader('connection', 'close');
    const answer = misbehaviour.get(place);
    await (answer ? answer(req, res, good(place, body)) : good(place, body)(req, res));
  };
  http.on('request', (req, res) => {
    res.on('error', () => {});
    handle(req, res).catch(() => res.destroy());
  });
  return {
    origin,
    port,
    mcpUrl: `${origin}/mcp`,
    ca: authority.cert,
    requests,
    count: (place) => requests.filter((request) => request.place === place).length,
    misbehave: (place, answer) => void misbehaviour.set(place, answer),
    behave() {
      misbehaviour.clear();
      requests.length = 0;
    },
    close: () => close(http),
  };
}

function placeOf({ method, url = '', headers }: IncomingMessage, body: string): Place {
  const path = (url.split('?')[0] ?? '').replace(/\/$/, '');
  if (path === '/mcp' && headers.authorization === undefined) {
    return method === 'POST' ? 'probe' : 'probe event stream';
  }
  if (path === '/mcp') return method === 'POST' ? (methodOf(body) as Place) : 'mcp event stream';
  if (path === '/token') {
    const form = new URLSearchParams(body);
    if (form.get('grant_type') === 'refresh_token') return 'refresh';
    // The invented code of a check is 256 random bits.
    return /^[\w-]{43}$/.test(form.get('code') ?? '') ? 'client check' : 'code exchange';
  }
  // Discovery compares a guessed endpoint with a path that cannot exist.
  if (/^\/[\da-f]{8}-[\da-f-]{27}$/.test(path)) return 'absent path';
  return places[path] ?? 'elsewhere';
}

const places: Partial<Record<string, Place>> = {
  '/resource-metadata': 'announced resource metadata',
  '/.well-known/oauth-protected-resource/mcp': 'guessed resource metadata',
  '/.well-known/oauth-protected-resource': 'root resource metadata',
  '/.well-known/oauth-authorization-server': 'server metadata',
  '/.well-known/openid-configuration': 'openid metadata',
  '/register': 'registration',
  '/register/good-client': 'client registration',
  '/authorize': 'authorization request',
  '/par': 'pushed authorization request',
  '/revoke': 'revocation',
};

interface Rpc {
  id?: number;
  method?: string;
}

function parseRpc(body: string): Rpc {
  try {
    return JSON.parse(body) as Rpc;
  } catch {
    return {};
  }
}

const methodOf = (body: string) => parseRpc(body).method ?? '';

export const toolResult = { content: [{ type: 'text', text: 'good' }] };

/** Returns the valid responses of a server that supports the MCP versions with `initialize`. */
function goodAnswers(origin: string): (place: Place, body: string) => RequestListener {
  const challenge: RequestListener = (_req, res) => {
    const header = `Bearer resource_metadata="${origin}/resource-metadata"`;
    res.writeHead(401, { 'www-authenticate': header }).end();
  };
  const rpc = (result: (method: string) => unknown, body: string): RequestListener => {
    const { id, method = '' } = parseRpc(body);
    if (id === undefined) return (_req, res) => void res.writeHead(202).end();
    return json({ jsonrpc: '2.0', id, result: result(method) });
  };
  return (place, body) => {
    switch (place) {
      case 'probe':
        return challenge;
      case 'announced resource metadata':
      case 'guessed resource metadata':
        return json({ resource: `${origin}/mcp`, authorization_servers: [origin] });
      case 'server metadata':
        return json(goodMetadata(origin));
      case 'registration':
        return json({ client_id: 'good-client', token_endpoint_auth_method: 'none' }, 201);
      case 'authorization request':
        return (_req, res) => void res.writeHead(302, { location: '/sign-in' }).end();
      case 'pushed authorization request':
        return json({ request_uri: 'urn:ietf:params:oauth:request_uri:good', expires_in: 60 }, 201);
      case 'client check':
        return json({ error: 'invalid_grant' }, 400);
      case 'client registration':
        return json({ client_id: 'good-client' });
      case 'code exchange':
      case 'refresh':
        return json(goodTokens);
      case 'revocation':
        return json({});
      case 'server/discover':
      case 'probe event stream':
      case 'root resource metadata':
      case 'mcp event stream':
      case 'openid metadata':
      case 'absent path':
      case 'elsewhere':
        return json({}, 404);
      default:
        return rpc((method) => rpcResults[method] ?? {}, body);
    }
  };
}

const rpcResults: Record<string, unknown> = {
  initialize: {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'upstream', version: '1' },
  },
  'tools/list': { tools: [{ name: 'good', inputSchema: { type: 'object' } }] },
  'tools/call': toolResult,
};

export function goodMetadata(origin: string): Record<string, unknown> {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    registration_endpoint: `${origin}/register`,
    revocation_endpoint: `${origin}/revoke`,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  };
}

/** Returns manual endpoints, without an issuer. */
export function manualEndpoints(origin: string): Record<string, unknown> {
  return {
    oauth2ClientId: 'good-client',
    oauth2AuthUrl: `${origin}/authorize`,
    oauth2TokenUrl: `${origin}/token`,
    oauth2RevocationUrl: `${origin}/revoke`,
  };
}
