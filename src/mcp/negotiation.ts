import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  LATEST_PROTOCOL_VERSION,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/client';
import { OutboundError, type OutboundFailure } from '../net/guarded-fetch.js';
import { mcpLimits } from '../net/response-limit.js';
import { AnswerLimit } from './answer-limit.js';
import type { Connection, SentRequest } from './connection.js';
import { McpAuthorizationError } from './failure.js';
import { fitsDepth, isObject } from './reader/json.js';
import { JsonRpcError, McpHttpError, UnreadableAnswer } from './remote-errors.js';

/** MODERN: 2026-07-28 and later, without sessions. LEGACY: the versions that begin with `initialize`. */
export type Era = 'MODERN' | 'LEGACY';

export interface Negotiated {
  era: Era;
  protocolVersion: string;
  /** As received. null: unknown, because an earlier negotiation is reused. */
  serverCapabilities: Record<string, unknown> | null;
  /** The session id that the server has issued. null: none. */
  sessionId: string | null;
}

/** Sends one request of a negotiation and returns its result, as received. */
export type Ask = (
  method: string,
  params: Record<string, unknown>,
  options?: Pick<SentRequest, 'headers' | 'signal' | 'isGuess' | 'limit' | 'onResponse'>,
) => Promise<unknown>;

const modernVersion = '2026-07-28';
const clientInfo = { name: 'Switchboard', version: '1' };

/** The timeout of `server/discover`, which an older server may never answer, and the maximum weight of its answer. */
const discoverTimeoutMs = 5_000;
const discoverLimits = mcpLimits(1, null);

/** Versions that are tried with `initialize`. */
const maxVersions = 3;

/** Members of `_meta` that every request of the modern era has. */
export function modernMeta(protocolVersion: string): Record<string, unknown> {
  return {
    [PROTOCOL_VERSION_META_KEY]: protocolVersion,
    [CLIENT_INFO_META_KEY]: clientInfo,
    [CLIENT_CAPABILITIES_META_KEY]: {},
  };
}

/**
 * Asks for the modern era with `server/discover`. Servers of the older versions answer it in any way: with an error, a
 * page, a refusal, or not at all.
 * @returns the negotiated version; else what the failure says: a refusal of the credentials, or nothing
 * @throws OutboundError if no other request can succeed either; the reason of `signal`
 */
export async function discoverEra(
  ask: Ask,
  signal: AbortSignal,
): Promise<Negotiated | McpAuthorizationError | null> {
  const timeout = AbortSignal.timeout(discoverTimeoutMs);
  try {
    const result = await ask(
      'server/discover',
      { _meta: modernMeta(modernVersion) },
      {
        headers: modernHeaders(modernVersion, 'server/discover'),
        signal: AbortSignal.any([signal, timeout]),
        isGuess: true,
        limit: new AnswerLimit(discoverLimits),
      },
    );
    if (!isObject(result) || !Array.isArray(result.supportedVersions)) return null;
    if (!result.supportedVersions.includes(modernVersion)) return null;
    const serverCapabilities = isObject(result.capabilities) ? result.capabilities : {};
    return { era: 'MODERN', protocolVersion: modernVersion, serverCapabilities, sessionId: null };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof McpAuthorizationError) return error;
    if (error instanceof OutboundError && unreachable.has(error.reason)) throw error;
    return null;
  }
}

/** Failures that every other request to the server shares. */
const unreachable: ReadonlySet<OutboundFailure> = new Set([
  'INVALID_URL',
  'ADDRESS_REFUSED',
  'PLAIN_HTTP_REFUSED',
  'DNS',
  'TLS',
]);

/** Returns the headers of a request of the modern era. */
export function modernHeaders(protocolVersion: string, method: string): Record<string, string> {
  return { 'mcp-protocol-version': protocolVersion, 'mcp-method': method };
}

/**
 * Begins a session of the older versions with `initialize`. If the server refuses the version, it tries one that the
 * server names.
 * @throws the failure of `initialize`
 */
export async function initialize(ask: Ask, connection: Connection, signal: AbortSignal): Promise<Negotiated> {
  const tried: string[] = [];
  for (let version: string | undefined = LATEST_PROTOCOL_VERSION; ;) {
    tried.push(version);
    try {
      return await initializeWith(version, { ask, connection, signal });
    } catch (error) {
      version = versionNamedBy(error, tried);
      if (version === undefined || tried.length === maxVersions) throw error;
    }
  }
}

async function initializeWith(
  version: string,
  { ask, connection, signal }: { ask: Ask; connection: Connection; signal: AbortSignal },
): Promise<Negotiated> {
  let sessionId: string | null = null;
  const params = { protocolVersion: version, capabilities: {}, clientInfo };
  const result = await ask('initialize', params, {
    signal,
    isGuess: true,
    onResponse: (response) => (sessionId = response.headers.get('mcp-session-id')),
  });
  if (!isObject(result)) throw new UnreadableAnswer('MALFORMED');
  const protocolVersion = isVersion(result.protocolVersion) ? result.protocolVersion : version;
  if (protocolVersion >= modernVersion) throw new UnreadableAnswer('NO_COMMON_VERSION');
  connection.use(legacyHeaders({ protocolVersion, sessionId }));
  await connection.notify({ jsonrpc: '2.0', method: 'notifications/initialized' }, signal);
  const serverCapabilities = isObject(result.capabilities) ? result.capabilities : {};
  return { era: 'LEGACY', protocolVersion, serverCapabilities, sessionId };
}

/** Returns the headers of every request of an older version. */
export function legacyHeaders({
  protocolVersion,
  sessionId,
}: Pick<Negotiated, 'protocolVersion' | 'sessionId'>): Record<string, string> {
  return {
    'mcp-protocol-version': protocolVersion,
    ...(sessionId !== null && { 'mcp-session-id': sessionId }),
  };
}

const version = /\b20\d\d-\d\d-\d\d\b/g;

function isVersion(value: unknown): value is string {
  return typeof value === 'string' && /^20\d\d-\d\d-\d\d$/.test(value);
}

/**
 * Returns the newest older version that an error names and that was not tried. Servers name their versions in `data`, in the
 * message, or in a response without JSON-RPC.
 */
function versionNamedBy(error: unknown, tried: readonly string[]): string | undefined {
  const text = refusalText(error);
  if (text === null) return undefined;
  return [...new Set(text.match(version))]
    .filter((named) => named < modernVersion && !tried.includes(named))
    .sort()
    .at(-1);
}

function refusalText(error: unknown): string | null {
  if (error instanceof JsonRpcError) return [error.remoteMessage, error.data].map(textOf).join(' ');
  return error instanceof McpHttpError && error.status === 400 ? error.body : null;
}

function textOf(value: unknown): string {
  return value !== undefined && fitsDepth(value) ? JSON.stringify(value) : '';
}

/** True for a failure that says that the server does not support the older versions. */
export function refusesLegacy(error: unknown): boolean {
  if (error instanceof JsonRpcError) return true;
  if (error instanceof McpHttpError) return error.status >= 400 && error.status < 500;
  return error instanceof UnreadableAnswer;
}
