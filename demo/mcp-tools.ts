import { McpServer, type AuthInfo } from '@modelcontextprotocol/server';
import { z } from 'zod';

const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });

/** An MCP server's tools over notes that each person at the provider has for themselves, in memory. */
export function notebook(): (authInfo?: AuthInfo) => McpServer {
  const notesOf = new Map<string, string[]>();
  return (authInfo) => {
    const owner = String(authInfo?.extra?.sub ?? '');
    const notes = notesOf.get(owner) ?? ['Welcome to your notebook.'];
    notesOf.set(owner, notes);
    const server = new McpServer({ name: 'notebook', version: '1.0.0' });
    server.registerTool(
      'list_notes',
      { title: 'List notes', description: 'Every note of yours, the oldest first.' },
      () => say(notes.map((note, index) => `${index + 1}. ${note}`).join('\n') || 'You have no notes.'),
    );
    server.registerTool(
      'add_note',
      {
        title: 'Add a note',
        description: 'Writes one more note.',
        inputSchema: z.object({ text: z.string().min(1).max(500) }),
      },
      ({ text }) => {
        notes.push(text);
        return say(`Noted, ${owner}. You have ${notes.length} notes.`);
      },
    );
    server.registerTool(
      'delete_all_notes',
      { title: 'Delete all notes', description: 'Empties the notebook. There is no way back.' },
      () => {
        notes.length = 0;
        return say('The notebook is empty.');
      },
    );
    return server;
  };
}

/** Tools that need to know nothing of anybody. */
export function almanac(): McpServer {
  const server = new McpServer({ name: 'almanac', version: '1.0.0' });
  server.registerTool('today', { title: 'Today', description: 'The date where this server runs.' }, () =>
    say(new Date().toDateString()),
  );
  server.registerTool(
    'days_between',
    {
      title: 'Days between',
      description: 'How many days lie between two dates.',
      inputSchema: z.object({ from: z.iso.date(), to: z.iso.date() }),
    },
    ({ from, to }) => say(String(Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000))),
  );
  return server;
}
