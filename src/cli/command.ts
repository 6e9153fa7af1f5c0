import type { ParseArgsOptionDescriptor } from 'node:util';
import type { Config } from '../config.js';
import type { Logger } from '../log.js';
import type { Terminal } from './progress.js';

/** The command was called wrongly; the message says how to call it. */
export class UsageMistake extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageMistake';
  }
}

/** One `--option` of a command, which always takes a value. */
export interface CommandOption extends ParseArgsOptionDescriptor {
  type: 'string';
  /** What stands for the value in the help. */
  placeholder: string;
  description: string;
  required?: boolean;
}

/** What a command was given, its options by their long names. */
export type OptionValues = Readonly<Record<string, string | undefined>>;

/** What a command has to say, once for programs and once for people. */
export interface CommandResult {
  json: Readonly<Record<string, unknown>>;
  text: string;
  /** What is said here is that something is left to do: the exit code is 1. */
  failed?: boolean;
}

export interface CommandContext {
  config: Config;
  log: Logger;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  /** Where progress is drawn; null where stderr is read by a program, or kept. */
  terminal: Terminal | null;
  /** Says something on stdout before the command ends, as a server does that is ready. */
  report(result: CommandResult): void;
}

export interface Command {
  summary: string;
  options: Readonly<Record<string, CommandOption>>;
  /** Loads what the command needs, and nothing before it is called. */
  load(): Promise<RunCommand>;
}

/** @returns what to print at the end; null where everything has been said. */
export type RunCommand = (values: OptionValues, context: CommandContext) => Promise<CommandResult | null>;

/** @throws UsageMistake unless the value is one of those allowed, in whatever case. */
export function chosen<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value.toUpperCase());
  if (found) return found;
  throw new UsageMistake(`--${option} must be one of ${allowed.join(', ')}, not "${value}".`);
}
