import { ConfigError } from '../config.js';
import { DatabaseSetupError } from '../database/database-setup-error.js';
import { SwitchboardError } from '../errors.js';
import { UsageError } from './command.js';

/** Returns the option of an input field: `displayName` is `--display-name`. */
function optionOf(field: string): string {
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Returns the message of an expected error, and the stack of an unexpected one. */
export function describeError(error: unknown): string {
  const mistakes =
    error instanceof SwitchboardError && error.code === 'BAD_USER_INPUT' ? error.details.fields : null;
  if (mistakes) return mistakes.map(({ path, message }) => `${optionOf(path)}: ${message}`).join('\n');
  const isExpected = [UsageError, ConfigError, DatabaseSetupError, SwitchboardError].some(
    (kind) => error instanceof kind,
  );
  if (isExpected || !(error instanceof Error)) return error instanceof Error ? error.message : String(error);
  return error.constructor === Error && !('code' in error) ? error.message : (error.stack ?? error.message);
}
