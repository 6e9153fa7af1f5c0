// The servers that the list benchmark compares. Each runs in its own process, on the same database.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { listFields, listQuery } from './catalogue.js';
import { startServer } from './processes.js';

export type Row = Record<string, unknown>;

export interface Contestant {
  name: string;
  /** The list query in its schema, if that is another one. */
  listQuery?: string;
  /** Returns the rows of its list as Switchboard returns them. */
  rowsOf(data: unknown): Row[];
  start(context: { databaseUrl: string; keys: string }): Promise<RunningServer>;
}

export interface RunningServer {
  port: number;
  /** The process; its children belong to the server too. */
  pid: number;
  stop(): Promise<void>;
}

function rowsOf(data: unknown): Row[] {
  return (data as { mcpServerConfigs: Row[] }).mcpServerConfigs;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

function peer(name: string, file: string, own: Partial<Contestant> = {}): Contestant {
  return {
    name,
    rowsOf,
    async start({ databaseUrl }) {
      const { child, port } = await startServer(`./peers/${file}.ts`, databaseUrl);
      return { port, pid: child.pid!, stop: () => stop(child) };
    },
    ...own,
  };
}

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Switchboard as `npm start` runs it. */
function switchboard(name: string, workers: number): Contestant {
  return {
    name,
    rowsOf,
    async start({ databaseUrl, keys }) {
      const child = spawn(process.execPath, ['--enable-source-maps', main, 'serve', '--json'], {
        env: {
          PATH: process.env.PATH ?? '',
          NODE_ENV: 'production',
          PORT: '0',
          DATABASE_URL: databaseUrl,
          SWITCHBOARD_ENCRYPTION_KEYS: keys,
          WORKERS: String(workers),
        },
        // The log is written, as in production, and discarded.
        stdio: ['ignore', 'pipe', process.env.BENCH_STDERR ? 'inherit' : 'ignore'],
      });
      const ended = once(child, 'exit').then(([code]) => {
        throw new Error(`Switchboard ended with ${code}. Run with BENCH_STDERR=1 to see why.`);
      });
      const [line] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer];
      ended.catch(() => {});
      const { port } = JSON.parse(line.toString()) as { port: number };
      return { port, pid: child.pid!, stop: () => stop(child) };
    },
  };
}

const postgraphileFields = listFields.map((field) => (field === 'id' ? 'id: rowId' : field)).join(' ');

export const contestants = {
  raw: peer('raw', 'raw'),
  switchboard: switchboard('switchboard', 1),
  'switchboard-2': switchboard('switchboard-2', 2),
  mercurius: peer('mercurius', 'mercurius'),
  yoga: peer('yoga', 'yoga'),
  apollo: peer('apollo', 'apollo'),
  postgraphile: peer('postgraphile', 'postgraphile', {
    listQuery: `query List { allMcpServerConfigs(orderBy: SLUG_ASC) { nodes { ${postgraphileFields} } } }`,
    rowsOf: (data) =>
      (data as { allMcpServerConfigs: { nodes: Row[] } }).allMcpServerConfigs.nodes.map((row) =>
        // Its times have microseconds and an offset.
        Object.assign(row, {
          createdAt: new Date(row.createdAt as string).toISOString(),
          updatedAt: new Date(row.updatedAt as string).toISOString(),
        }),
      ),
  }),
} satisfies Record<string, Contestant>;

export type ContestantName = keyof typeof contestants;

export function listQueryOf(contestant: Contestant): string {
  return contestant.listQuery ?? listQuery;
}
