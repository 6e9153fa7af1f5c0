import { randomUUID } from 'node:crypto';
import { OutboundError } from '../../net/guarded-fetch.js';
import type { DiscoveryContext } from '../endpoints.js';
import { parseObject } from '../json.js';
import { unreachable } from '../report/failure.js';
import { nothingSent, startClock, type ResponseFacts } from '../report/step.js';
import type { DiscoveryLog } from './discovery-log.js';

/** The endpoints that MCP 2025-03-26 assumes at an origin without metadata. */
export interface DefaultEndpoints {
  authorizationEndpoint: string;
  tokenEndpoint: string;
  /** '' if the server has none. */
  registrationEndpoint: string;
}

interface Reply {
  status: number;
  /** The `error` of a JSON body, if it is one of a token endpoint. */
  error: string | null;
  facts: ResponseFacts;
}

/** The errors with which a token endpoint can answer a request without parameters (RFC 6749 section 5.2). */
const tokenErrors = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
]);
const absent = new Set([404, 410, 501]);

/**
 * Looks for the default endpoints of MCP 2025-03-26. An endpoint exists if it answers otherwise than a path at the same
 * origin that cannot exist: a server can answer every path alike, for example with 401 to each request without an API key.
 * The requests have no credentials and no parameters, so they change nothing.
 *
 * @returns null unless the authorization and the token endpoint exist
 */
export async function findDefaultEndpoints(
  origin: string,
  log: DiscoveryLog,
  context: DiscoveryContext,
): Promise<DefaultEndpoints | null> {
  const absentPath = `/${randomUUID()}`;
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const json = { 'content-type': 'application/json' };
  /** Tells whether a path exists by one kind of request, and adds the step. */
  const exists = async (name: string, path: string, init: RequestInit): Promise<boolean> => {
    const [reply, control] = [
      await replyTo(`${origin}${path}`, init, log, context),
      await replyTo(`${origin}${absentPath}`, init, log, context),
    ];
    const found = 'status' in reply && 'status' in control && isPresent(init.method, reply, control);
    const facts = 'status' in reply ? reply.facts : nothingSent;
    const layer = 'AUTHORIZATION_SERVER_METADATA';
    const expected = 'Another answer than that of a path that does not exist';
    const detail = 'status' in reply ? details[found ? 'found' : 'missing'] : reply.message;
    const outcome = found ? 'FOUND' : 'NOT_HERE';
    log.add({ layer, name, url: `${origin}${path}`, expected, ...facts, outcome, detail });
    return found;
  };
  if (!(await exists('Default token endpoint', '/token', { method: 'POST', headers: form, body: '' })))
    return null;
  if (!(await exists('Default authorization endpoint', '/authorize', {}))) return null;
  const name = 'Default registration endpoint';
  // Nothing is registered here. A request without a redirect URI cannot register a client, and is sent last.
  const canRegister =
    (await exists(name, '/register', { method: 'OPTIONS' })) ||
    (await exists(name, '/register', { method: 'POST', headers: json, body: '{"redirect_uris":[]}' }));
  return {
    authorizationEndpoint: `${origin}/authorize`,
    tokenEndpoint: `${origin}/token`,
    registrationEndpoint: canRegister ? `${origin}/register` : '',
  };
}

const details = {
  found: 'The endpoint exists, so there may be an authorization server of MCP 2025-03-26.',
  missing: 'There is no such endpoint.',
};

function isPresent(method: string | undefined, reply: Reply, control: Reply): boolean {
  if (absent.has(reply.status) || (reply.status === 405 && method !== 'OPTIONS')) return false;
  if (reply.error !== null && reply.error !== control.error) return true;
  return reply.status !== control.status;
}

async function replyTo(
  url: string,
  init: RequestInit,
  log: DiscoveryLog,
  { fetch }: DiscoveryContext,
): Promise<Reply | { message: string }> {
  const clock = startClock();
  try {
    const response = await fetch(url, { ...init, redirect: 'manual' });
    const facts = clock(response);
    const { error } = parseObject(await response.text()) ?? {};
    const isKnown = typeof error === 'string' && tokenErrors.has(error);
    return { status: response.status, error: isKnown ? error : null, facts };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    // The discovery has no answer then, instead of a negative one.
    if (log.isOver(error)) throw log.error(unreachable(error, 'MCP_SERVER'));
    return { message: error.message };
  }
}
