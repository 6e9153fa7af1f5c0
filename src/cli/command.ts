import type { ParseArgsOptionDescriptor } from 'node:util';
import type { Config } from '../config.js';
import type { Logger } from '../log.js';
import type { KeyRing } from '../secrets/key-ring.js';
import type { Terminal } from './progress.js';

/** A mistake in the call of a command. The message says how to call it. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** An `--option` of a command. It always takes a value. */
export interface CommandOption extends ParseArgsOptionDescriptor {
  type: 'string';
  /** The name of the value in the help text. */
  placeholder: string;
  description: string;
  required?: boolean;
}

/** The options that a command was called with, by their long names. */
export type OptionValues = Readonly<Record<string, string | undefined>>;

/** The result of a command: `json` for programs, `text` for users. */
export interface CommandResult {
  json: Readonly<Record<string, unknown>>;
  text: string;
  /** True if the command left something undone. The exit code is then 1. */
  failed?: boolean;
}

/** The configuration as the commands read it. */
export type CliConfig = Config<KeyRing>;

export interface CommandContext {
  config: CliConfig;
  log: Logger;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  /** The terminal that shows progress. Null if stderr is a file or a pipe. */
  terminal: Terminal | null;
  /** Prints a result to stdout before the command ends, for a server that has started. */
  report(result: CommandResult): void;
}

export interface Command {
  summary: string;
  options: Readonly<Record<string, CommandOption>>;
  /** Imports the command's own modules. They are not loaded before. */
  load(): Promise<RunCommand>;
}

/** @returns the result to print at the end; null if the command has printed everything */
export type RunCommand = (values: OptionValues, context: CommandContext) => Promise<CommandResult | null>;

/**
 * Returns the allowed value that equals `value`, ignoring case.
 * @throws UsageError if there is none
 */
export function parseChoice<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const choice = allowed.find((each) => each === value.toUpperCase());
  if (choice) return choice;
  throw new UsageError(`--${option} must be one of ${allowed.join(', ')}, not "${value}".`);
}
