import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger };

/**
 * Creates the log of the process: JSON lines on stderr. Results of commands and the sign-in link go to stdout.
 * It censors fields that are named like a secret, in case a caller logs one by mistake.
 */
export function createLog(level: string, destination: DestinationStream = pino.destination(2)): Logger {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: [
          'token',
          'secret',
          'password',
          'code',
          'state',
          'authorization',
          'cookie',
          '*.token',
          '*.secret',
          '*.password',
          '*.authorization',
          '*.cookie',
        ],
        censor: '[secret]',
      },
    },
    destination,
  );
}

/** An unexpected error in the form that the log may contain. */
export interface FailureDescription {
  name: string;
  /** The code of the system or of PostgreSQL, such as ECONNREFUSED or 23505. */
  code?: string;
  message?: string;
  stack: string[];
}

/**
 * Describes an unexpected error for the log. It omits the messages of the database driver and of JSON parsing, because
 * the first quote the statement with its values, and the second the text.
 */
export function describeFailure(error: unknown): FailureDescription {
  if (!(error instanceof Error)) return { name: typeof error, stack: [] };
  const { code } = error as { code?: unknown };
  const quotesData =
    error instanceof SyntaxError || /Exception$|DatabaseError$|^error$/.test(error.constructor.name);
  return {
    name: error.constructor.name,
    ...(typeof code === 'string' && { code }),
    ...(!quotesData && { message: error.message }),
    stack: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .map((line) => line.trim()),
  };
}
