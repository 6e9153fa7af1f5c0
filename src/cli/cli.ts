import { parseArgs } from 'node:util';
import { UsageMistake, type Command, type CommandOption, type OptionValues } from './command.js';
import { ConfigError, parseConfig } from '../config.js';
import { DatabaseProblem } from '../database/database-problem.js';
import { SwitchboardError } from '../errors.js';
import type { Terminal } from './progress.js';
import { createLog } from '../log.js';

const email: CommandOption = {
  type: 'string',
  placeholder: 'E',
  description: "The user's email address.",
  required: true,
};

const commands: Readonly<Record<string, Command>> = {
  serve: {
    summary: 'Starts the server, and the embedded database unless DATABASE_URL is set.',
    options: {},
    load: async () => (await import('./serve.js')).serve,
  },
  migrate: {
    summary: 'Brings the database up to date; serve does so too.',
    options: {},
    load: async () => (await import('./migrate.js')).migrate,
  },
  'create-user': {
    summary: 'Creates a user, who then signs in by a link or the identity provider.',
    options: {
      email,
      role: { type: 'string', placeholder: 'ADMIN|MEMBER', description: 'Default: MEMBER.' },
      'display-name': { type: 'string', placeholder: 'N', description: 'Default: the address before the @.' },
    },
    load: async () => (await import('./create-user.js')).createUser,
  },
  'create-api-token': {
    summary: 'Creates an API token for a user and shows it once. It lives 90 days.',
    options: {
      email,
      name: { type: 'string', placeholder: 'N', description: 'What it is for.', required: true },
      scope: {
        type: 'string',
        placeholder: 'READ|USE|ADMIN',
        description: "What it may do, within its user's role. Default: USE.",
      },
    },
    load: async () => (await import('./create-api-token.js')).createApiToken,
  },
  'sign-in-link': {
    summary: 'Creates a link that signs a user in once, within 15 minutes.',
    options: { email },
    load: async () => (await import('./sign-in-link.js')).signInLink,
  },
  keys: {
    summary: 'Lists the encryption keys and how many stored values each one seals.',
    options: {},
    load: async () => (await import('./keys.js')).keys,
  },
  'rotate-keys': {
    summary: 'Seals every stored secret anew with the first encryption key, while the server serves.',
    options: {},
    load: async () => (await import('./rotate-keys.js')).rotateKeys,
  },
  'print-schema': {
    summary: 'Prints the GraphQL schema.',
    options: {},
    load: async () => (await import('./print-schema.js')).printSchema,
  },
};

const call = 'npm run -s switchboard --';

function generalHelp(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const list = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return (
    `Usage: ${call} <command> [options]\n\n${list.join('\n')}\n\n` +
    'Every command takes --json (prints only its result, as one line) and --help.\n' +
    'Configuration is by environment variables alone; .env.example describes them.'
  );
}

function commandHelp(name: string, { summary, options }: Command): string {
  const all = [
    ...Object.entries(options).map(([option, { placeholder, description, required }]) => ({
      left: `--${option} ${placeholder}`,
      right: description,
      usage: required ? `--${option} ${placeholder}` : `[--${option} ${placeholder}]`,
    })),
    { left: '--json', right: 'Print only the result, as one line of JSON.', usage: '[--json]' },
    { left: '--help', right: 'Print this.', usage: '' },
  ];
  const width = Math.max(...all.map(({ left }) => left.length));
  const usage = all.map((option) => option.usage).filter(Boolean);
  const list = all.map(({ left, right }) => `  ${left.padEnd(width)}  ${right}`);
  return `Usage: ${call} ${name} ${usage.join(' ')}\n\n${summary}\n\n${list.join('\n')}`;
}

/** @throws UsageMistake in one line for an unknown, missing or superfluous argument. */
function parseOptions(name: string, command: Command, args: readonly string[]) {
  const options = {
    ...command.options,
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({ args: [...args], options, allowPositionals: false }));
  } catch (error) {
    // Of Node's message, the first sentence says what is wrong; the rest explains the notation.
    const said = (error as Error).message.split(/\. |\n/)[0];
    throw new UsageMistake(`${said}. See: ${call} ${name} --help`);
  }
  const { json, help, ...own } = values;
  if (!help) {
    const missing = Object.entries(command.options).find(
      ([option, { required }]) => required && !own[option],
    );
    if (missing) throw new UsageMistake(`--${missing[0]} is missing. See: ${call} ${name} --help`);
  }
  return { json: json === true, help: help === true, values: own as OptionValues };
}

/** Where a run of the command line writes, and what ends it early. */
export interface Surroundings {
  stdout(text: string): void;
  stderr(text: string): void;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  /** stderr as a terminal; null when it is none. */
  terminal: Terminal | null;
}

/**
 * Runs one command. Results go to stdout, mistakes and the log to stderr.
 * @returns the exit code: 0, or 1 for a failure, or 2 for a mistake in the call or the configuration.
 */
export async function runCli(
  argv: readonly string[],
  { stdout, stderr, signal, terminal }: Surroundings,
): Promise<number> {
  const [name, ...args] = argv;
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      (name === undefined ? stderr : stdout)(generalHelp());
      return name === undefined ? 2 : 0;
    }
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command) throw new UsageMistake(`There is no command "${name}". See: ${call} --help`);
    const { json, help, values } = parseOptions(name, command, args);
    if (help) {
      stdout(commandHelp(name, command));
      return 0;
    }
    const report = (result: { json: object; text: string }) =>
      stdout(json ? JSON.stringify(result.json) : result.text);
    const config = parseConfig();
    const run = await command.load();
    const result = await run(values, { config, log: createLog(config.logLevel), signal, terminal, report });
    if (result) report(result);
    return result?.failed ? 1 : 0;
  } catch (error) {
    stderr(inWords(error));
    return error instanceof UsageMistake || error instanceof ConfigError ? 2 : 1;
  }
}

/** Our own messages are complete in themselves; of anything unforeseen, where it happened is needed too. */
function inWords(error: unknown): string {
  const foreseen = [UsageMistake, ConfigError, DatabaseProblem, SwitchboardError].some(
    (kind) => error instanceof kind,
  );
  if (foreseen || !(error instanceof Error)) return error instanceof Error ? error.message : String(error);
  return error.constructor === Error && !('code' in error) ? error.message : (error.stack ?? error.message);
}
