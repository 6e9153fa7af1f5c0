import { createHash } from 'node:crypto';
import type { HotReads } from '../database/hot-reads.js';
import { SwitchboardError } from '../errors.js';
import { requireUse } from '../identity/viewer.js';
import { McpAuthorizationError } from '../mcp/failure.js';
import type { Credentials, SessionOptions } from '../mcp/session.js';
import type { SessionStore } from '../mcp/session-store.js';
import { fitsDepth } from '../mcp/reader/json.js';
import type { McpTool } from '../mcp/reader/tool-definition.js';
import type { ToolList } from '../mcp/reader/tool-list.js';
import type { McpToolResult } from '../mcp/reader/tool-result.js';
import { callTool, listTools } from '../mcp/tools.js';
import { UnreadableSecret } from '../secrets/vault.js';
import { getCallableServer, mcpFetch, type CallableServer } from '../servers/store/callable-server.js';
import type { OutgoingLimit } from '../net/outgoing-limit.js';
import type { UsableToken } from '../accounts/access/access-token.js';
import { holdConnection } from '../accounts/store/account-state.js';
import { toolAccess, type ToolAccess } from './tool-access.js';
import type { FailureStep } from '../accounts/failures/failure-report.entity.js';
import { recordFailure } from '../accounts/failures/record-failure.js';
import { AuthorizedSession, type AuthorizedSessionDeps } from './authorized-session.js';

/** A tool with its access decision. */
export type ListedTool = McpTool & ToolAccess;

/** The tools of a server, and the mistakes in its list, which are for administrators. */
export interface ListedTools extends Omit<ToolList, 'tools'> {
  tools: ListedTool[];
}

export interface ToolCall {
  name: string;
  arguments: Record<string, unknown>;
}

export interface ToolsDeps extends AuthorizedSessionDeps {
  /** One per process, shared by all viewers. */
  reads: HotReads;
  /** Limits the sessions with MCP servers that one user has open. */
  sessionLimit: OutgoingLimit;
}

const listTimeoutMs = 30_000;
const callTimeoutMs = 120_000;

/** Lists and calls the tools of MCP servers as the viewer, with the server's own credentials or the viewer's token. */
export class Tools {
  readonly #deps: ToolsDeps;

  constructor(deps: ToolsDeps) {
    this.#deps = deps;
  }

  /**
   * Lists every tool of a server in the server's order, including tools that may not be called. The mistakes in the
   * server's list are for administrators. Takes at most 30 s.
   * @throws NOT_FOUND, BAD_USER_INPUT for a disabled server, NEEDS_AUTHORIZATION with `connectUrl`, UPSTREAM_ERROR,
   *   RATE_LIMITED
   */
  async list(serverId: string, signal?: AbortSignal): Promise<ListedTools> {
    const operation = { serverId, step: 'LIST_TOOLS', signal } as const;
    return this.#recordingFailures(operation, async () => {
      const server = await this.#server(serverId);
      const list = await this.#run(server, { timeoutMs: listTimeoutMs, signal }, listTools);
      const tools = list.tools.map((tool) => Object.assign(tool, toolAccess(server, tool.name)));
      return { tools, defects: list.defects, defectCount: list.defectCount };
    });
  }

  /**
   * Calls a tool once. Takes at most 120 s. Does not contact the server for a tool that its lists deny.
   * @throws FORBIDDEN for a denied tool or a read-only token, NOT_FOUND, BAD_USER_INPUT for a disabled server
   *   or arguments nested too deeply, NEEDS_AUTHORIZATION with `connectUrl`, UPSTREAM_ERROR,
   *   URL_ELICITATION_REQUIRED, RATE_LIMITED
   */
  async call(serverId: string, call: ToolCall, signal?: AbortSignal): Promise<McpToolResult> {
    requireUse(this.#deps.viewer);
    const operation = { serverId, step: 'CALL_TOOL', signal } as const;
    return this.#recordingFailures(operation, async () => {
      const server = await this.#server(serverId);
      const access = toolAccess(server, call.name);
      if (!access.allowed) throw new SwitchboardError('FORBIDDEN', denials[access.reason]);
      if (!fitsDepth(call.arguments)) {
        throw new SwitchboardError('BAD_USER_INPUT', 'The arguments are nested too deeply.');
      }
      const { isAllowedLoopback } = this.#deps.outbound;
      return this.#run(server, { timeoutMs: callTimeoutMs, signal }, (options) =>
        callTool({ ...options, isAllowedLoopback }, call),
      );
    });
  }

  async #recordingFailures<Result>(
    { signal, ...operation }: { serverId: string; step: FailureStep; signal: AbortSignal | undefined },
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      // A client that has disconnected gets no response, so it has no use for a reference.
      throw signal?.aborted ? error : await recordFailure(this.#deps, operation, error);
    }
  }

  async #server(serverId: string): Promise<CallableServer> {
    try {
      return await getCallableServer(this.#deps, serverId);
    } catch (error) {
      if (!(error instanceof UnreadableSecret)) throw error;
      throw new SwitchboardError(
        'UPSTREAM_ERROR',
        "This MCP server's stored API key or headers cannot be decrypted. An administrator must enter them again.",
      );
    }
  }

  async #run<Result>(
    server: CallableServer,
    bounds: { timeoutMs: number; signal: AbortSignal | undefined },
    work: (options: SessionOptions) => Promise<Result>,
  ): Promise<Result> {
    const { viewer, outbound, sessionLimit } = this.#deps;
    const session = (credentials: Credentials, token?: UsableToken) => {
      const store = this.#storeFor(server, credentials, token);
      const { mcpLimits: limits } = outbound;
      const fetch = mcpFetch(outbound, server);
      return work({ endpoint: server, credentials, fetch, limits, store, ...bounds });
    };
    return sessionLimit.run(viewer.userId, () => {
      if (server.authType !== 'OAUTH2') return withServerCredentials(server, session);
      return new AuthorizedSession(this.#deps, server).run(session);
    });
  }

  /** Returns the store of the viewer's sessions with a server: bound to the account, or to the server's own credentials. */
  #storeFor(server: CallableServer, { headers }: Credentials, token: UsableToken | undefined): SessionStore {
    const { viewer, upstreamSessions } = this.#deps;
    const { id, version, url, transport, authType } = server;
    const account = token && [token.accountId, token.connectedAt];
    const own = account ? [account, server.headers] : headers;
    const identity = JSON.stringify([viewer.userId, url, transport, authType, own]);
    return upstreamSessions.storeFor({
      userId: viewer.userId,
      serverId: id,
      serverVersion: version,
      url,
      binding: createHash('sha256').update(identity).digest('base64url'),
      headers,
      ...(token && { isConnected: (tx) => holdConnection(tx, token) }),
    });
  }
}

const denials: Record<Extract<ToolAccess, { allowed: false }>['reason'], string> = {
  ON_DENY_LIST:
    "This tool is on the server's deny list. Use another tool, or ask an administrator to allow it.",
  NOT_ON_ALLOW_LIST:
    "This tool is not on the server's allow list. Use another tool, or ask an administrator to allow it.",
};

const setUpOAuth2 =
  'An administrator must change its auth type to OAuth 2 and, if discovery finds no provider, enter the issuer, the resource metadata URL, or the client ID and the endpoints by hand.';

async function withServerCredentials<Result>(
  { authType, headers }: CallableServer,
  session: (credentials: Credentials) => Promise<Result>,
): Promise<Result> {
  try {
    return await session({ headers });
  } catch (error) {
    if (!(error instanceof McpAuthorizationError)) throw error;
    const { status } = error;
    const message =
      authType === 'NONE'
        ? `This MCP server requires authorization to use its tools (HTTP ${status}), but is configured without it. ${setUpOAuth2}`
        : `This MCP server does not accept the configured API key or headers (HTTP ${status}). An administrator must check them.`;
    throw new SwitchboardError('UPSTREAM_ERROR', message, {}, { httpStatus: status });
  }
}
