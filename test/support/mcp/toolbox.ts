import { McpServer as SdkServer, type AuthInfo } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** The calls that reached the tools of one server. */
export interface ToolLog {
  /** The names of the called tools, in order. */
  readonly called: string[];
  /** The number of cancelled calls of `slow`. */
  cancelled: number;
}

/** The scope that the tool `write` needs in addition to the scope of every request. */
export const writeScope = 'mcp:write';

const hugeText = 'x'.repeat(17 * 1024 * 1024);

/** Creates an MCP server with one tool for each kind of response. */
export function createToolbox(log: ToolLog, authInfo?: AuthInfo): SdkServer {
  const server = new SdkServer({ name: 'test-server', version: '1.0.0' });
  const textResult = (text: string) => ({ content: [{ type: 'text' as const, text }] });
  const recordCall = (name: string) => void log.called.push(name);
  server.registerTool('whoami', { description: 'Returns the owner of the token.' }, () => {
    recordCall('whoami');
    return textResult(String(authInfo?.extra?.sub ?? 'nobody'));
  });
  server.registerTool(
    'add',
    {
      title: 'Add up',
      description: 'Adds two numbers.',
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      outputSchema: z.object({ sum: z.number() }),
    },
    ({ a, b }) => {
      recordCall('add');
      return { ...textResult(String(a + b)), structuredContent: { sum: a + b } };
    },
  );
  server.registerTool(
    'regional',
    { inputSchema: z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }) }) },
    ({ region }) => {
      recordCall('regional');
      return textResult(region);
    },
  );
  server.registerTool('write', {}, () => {
    recordCall('write');
    return textResult('written');
  });
  server.registerTool('fail', {}, () => {
    recordCall('fail');
    return { ...textResult('<b>Out of paper</b>'), isError: true };
  });
  server.registerTool('huge', {}, () => {
    recordCall('huge');
    return textResult(hugeText);
  });
  server.registerTool('deep', {}, () => {
    recordCall('deep');
    let nested: Record<string, unknown> = {};
    for (let depth = 0; depth < 1_000; depth++) nested = { nested };
    return { ...textResult('deep'), structuredContent: nested };
  });
  server.registerTool('slow', {}, ({ mcpReq }) => {
    recordCall('slow');
    return new Promise((resolve) => {
      mcpReq.signal.addEventListener('abort', () => {
        log.cancelled += 1;
        resolve(textResult('stopped'));
      });
    });
  });
  return server;
}
