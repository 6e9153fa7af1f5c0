import { parseArgs } from 'node:util';
import { ConfigError, parseConfig } from '../config.js';
import { createLog } from '../log.js';
import { openLogOutput } from '../log-output.js';
import { KeyRing } from '../secrets/key-ring.js';
import { UsageError, type Command, type CommandOption, type OptionValues } from './command.js';
import { describeError } from './describe-error.js';
import type { Terminal } from './progress.js';

const email: CommandOption = {
  type: 'string',
  placeholder: 'EMAIL',
  description: "The user's email address.",
  required: true,
};

const commands: Readonly<Record<string, Command>> = {
  serve: {
    summary: 'Start the server, and the embedded database unless DATABASE_URL is set.',
    options: {},
    load: async () => (await import('./serve.js')).serve,
  },
  migrate: {
    summary: 'Migrate the database. The serve command does this too.',
    options: {},
    load: async () => (await import('./migrate.js')).migrate,
  },
  'create-user': {
    summary: 'Create a user, who signs in with a sign-in link or the identity provider.',
    options: {
      email,
      role: { type: 'string', placeholder: 'ADMIN|MEMBER', description: 'Default: MEMBER.' },
      'display-name': {
        type: 'string',
        placeholder: 'NAME',
        description: 'Default: the part of the email address before the @.',
      },
    },
    load: async () => (await import('./users.js')).createUser,
  },
  'create-api-token': {
    summary: 'Create an API token for a user and print it once. It expires after 90 days.',
    options: {
      email,
      name: {
        type: 'string',
        placeholder: 'NAME',
        description: 'A name that says what the token is for.',
        required: true,
      },
      scope: {
        type: 'string',
        placeholder: 'READ|USE|ADMIN',
        description: "The token's permissions, limited by the user's role. Default: USE.",
      },
    },
    load: async () => (await import('./users.js')).createApiToken,
  },
  'sign-in-link': {
    summary: 'Create a link that signs a user in. It works once and expires after 15 minutes.',
    options: { email },
    load: async () => (await import('./users.js')).createSignInLink,
  },
  keys: {
    summary: 'List the encryption keys and the number of stored values that each key seals.',
    options: {},
    load: async () => (await import('./keys.js')).listKeys,
  },
  'rotate-keys': {
    summary: 'Reseal every stored secret with the first encryption key. The server can keep running.',
    options: {},
    load: async () => (await import('./keys.js')).rotateKeys,
  },
  'print-schema': {
    summary: 'Print the GraphQL schema.',
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
    'Every command accepts --json, which prints only the result as one line of JSON, and --help.\n' +
    'Configuration comes from environment variables. See .env.example.'
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
    { left: '--help', right: 'Print this help text.', usage: '' },
  ];
  const width = Math.max(...all.map(({ left }) => left.length));
  const usage = all.map((option) => option.usage).filter(Boolean);
  const list = all.map(({ left, right }) => `  ${left.padEnd(width)}  ${right}`);
  return `Usage: ${call} ${name} ${usage.join(' ')}\n\n${summary}\n\n${list.join('\n')}`;
}

/** @throws UsageError, in one line, for an unknown, missing or unexpected argument */
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
    // The first sentence of Node's message names the mistake. The rest explains the notation.
    const message = (error as Error).message.split(/\. |\n/)[0];
    throw new UsageError(`${message}. See: ${call} ${name} --help`);
  }
  const { json, help, ...own } = values;
  if (!help) {
    const missing = Object.entries(command.options).find(
      ([option, { required }]) => required && !own[option],
    );
    if (missing) throw new UsageError(`--${missing[0]} is missing. See: ${call} ${name} --help`);
  }
  return { json: json === true, help: help === true, values: own as OptionValues };
}

/** The streams and signals of the process that runs a command. */
export interface CliProcess {
  stdout(text: string): void;
  stderr(text: string): void;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  /** Stderr, if it is a terminal. */
  terminal: Terminal | null;
}

/**
 * Runs one command. Results go to stdout; mistakes and the log go to stderr.
 * @returns the exit code: 0, or 1 for a failure, or 2 for a mistake in the call or the configuration
 */
export async function runCli(
  argv: readonly string[],
  { stdout, stderr, signal, terminal }: CliProcess,
): Promise<number> {
  const [name, ...args] = argv;
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      (name === undefined ? stderr : stdout)(generalHelp());
      return name === undefined ? 2 : 0;
    }
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command) throw new UsageError(`There is no command "${name}". See: ${call} --help`);
    const { json, help, values } = parseOptions(name, command, args);
    if (help) {
      stdout(commandHelp(name, command));
      return 0;
    }
    const report = (result: { json: object; text: string }) =>
      stdout(json ? JSON.stringify(result.json) : result.text);
    const config = parseConfig(process.env, (keys) => KeyRing.parse(keys));
    const run = await command.load();
    const result = await run(values, {
      config,
      log: createLog(config.logLevel, openLogOutput()),
      signal,
      terminal,
      report,
    });
    if (result) report(result);
    return result?.failed ? 1 : 0;
  } catch (error) {
    stderr(describeError(error));
    return error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
  }
}
