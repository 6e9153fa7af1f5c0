import { McpServer as SdkServer, type AuthInfo } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** What has happened in the tools of one server. */
export interface ToolLog {
  /** Names, in the order of the calls that reached a tool. */
  readonly called: string[];
  /** How many calls of `slow` were told to stop. */
  cancelled: number;
}

/** The scope that the tool `write` asks for, beyond what every request needs. */
export const writeScope = 'mcp:write';

const hugeText = 'x'.repeat(17 * 1024 * 1024);

/** An MCP server with tools that answer in every way a tool can. */
export function createToolbox(log: ToolLog, authInfo?: AuthInfo): SdkServer {
  const server = new SdkServer({ name: 'test-server', version: '1.0.0' });
  const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });
  const note = (name: string) => void log.called.push(name);
  server.registerTool('whoami', { description: 'Says whose token came with the request.' }, () => {
    note('whoami');
    return say(String(authInfo?.extra?.sub ?? 'nobody'));
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
      note('add');
      return { ...say(String(a + b)), structuredContent: { sum: a + b } };
    },
  );
  server.registerTool(
    'regional',
    { inputSchema: z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }) }) },
    ({ region }) => {
      note('regional');
      return say(region);
    },
  );
  server.registerTool('write', {}, () => {
    note('write');
    return say('written');
  });
  server.registerTool('fail', {}, () => {
    note('fail');
    return { ...say('<b>Out of paper</b>'), isError: true };
  });
  server.registerTool('huge', {}, () => {
    note('huge');
    return say(hugeText);
  });
  server.registerTool('deep', {}, () => {
    note('deep');
    let nested: Record<string, unknown> = {};
    for (let depth = 0; depth < 1_000; depth++) nested = { nested };
    return { ...say('deep'), structuredContent: nested };
  });
  server.registerTool('slow', {}, ({ mcpReq }) => {
    note('slow');
    return new Promise((resolve) => {
      mcpReq.signal.addEventListener('abort', () => {
        log.cancelled += 1;
        resolve(say('stopped'));
      });
    });
  });
  return server;
}
