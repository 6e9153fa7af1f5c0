import { McpServer, type AuthInfo } from '@modelcontextprotocol/server';
import { z } from 'zod';

const textResult = (text: string) => ({ content: [{ type: 'text' as const, text }] });

/** Creates an MCP server with notes in memory. Each user of the provider has their own. */
export function notebook(): (authInfo?: AuthInfo) => McpServer {
  const notesOf = new Map<string, string[]>();
  return (authInfo) => {
    const owner = String(authInfo?.extra?.sub ?? '');
    const notes = notesOf.get(owner) ?? ['Welcome to your notebook.'];
    notesOf.set(owner, notes);
    const server = new McpServer({ name: 'notebook', version: '1.0.0' });
    server.registerTool(
      'list_notes',
      { title: 'List notes', description: 'Lists your notes, oldest first.' },
      () =>
        textResult(notes.map((note, index) => `${index + 1}. ${note}`).join('\n') || 'You have no notes.'),
    );
    server.registerTool(
      'add_note',
      {
        title: 'Add a note',
        description: 'Adds a note to your notebook.',
        inputSchema: z.object({ text: z.string().min(1).max(500) }),
      },
      ({ text }) => {
        notes.push(text);
        return textResult(`Noted, ${owner}. You have ${notes.length} notes.`);
      },
    );
    server.registerTool(
      'delete_all_notes',
      { title: 'Delete all notes', description: "Deletes all notes. This can't be undone." },
      () => {
        notes.length = 0;
        return textResult('The notebook is empty.');
      },
    );
    return server;
  };
}

/** Creates an MCP server that needs no authorization. */
export function almanac(): McpServer {
  const server = new McpServer({ name: 'almanac', version: '1.0.0' });
  server.registerTool('today', { title: 'Today', description: 'Returns the date of this server.' }, () =>
    textResult(new Date().toDateString()),
  );
  server.registerTool(
    'days_between',
    {
      title: 'Days between',
      description: 'Returns the number of days between two dates.',
      inputSchema: z.object({ from: z.iso.date(), to: z.iso.date() }),
    },
    ({ from, to }) => textResult(String(Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000))),
  );
  return server;
}
