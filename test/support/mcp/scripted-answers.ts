import type { AnswerTo } from '../handcrafted-server.js';

/** Returns the result of a method, or an error made by `rpcError`. */
type Script = (params: Record<string, unknown>) => unknown;

class RpcError {
  constructor(readonly error: unknown) {}
}

/** Makes a method return a JSON-RPC error. */
export const rpcError = (error: unknown): unknown => new RpcError(error);

/** The `initialize` result of a server with tools. */
export const initialized = {
  protocolVersion: '2025-06-18',
  capabilities: { tools: {} },
  serverInfo: { name: 'scripted', version: '1' },
};

/** Answers as an MCP server of the older protocol, whose methods return what the scripts say. */
export function answering(methods: Record<string, Script>): AnswerTo {
  const all: Record<string, Script> = { initialize: () => initialized, ...methods };
  return (body) => {
    const {
      id,
      method = '',
      params = {},
    } = JSON.parse(body || '{}') as {
      id?: number;
      method?: string;
      params?: Record<string, unknown>;
    };
    if (id === undefined) return { status: 202 };
    const script = all[method];
    const outcome = script ? script(params) : rpcError({ code: -32_601, message: 'Method not found' });
    if (outcome instanceof RpcError) return { json: { jsonrpc: '2.0', id, error: outcome.error } };
    return { json: { jsonrpc: '2.0', id, result: outcome } };
  };
}
