import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger };

/**
 * The process's log: JSON lines on stderr, because stdout belongs to the commands' results and the sign-in link.
 * Only what a caller names is written; known secret-bearing keys are censored even if one is named by mistake.
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

/** An unforeseen error as the log may hold it. */
export interface FailureDescription {
  name: string;
  /** A system's or PostgreSQL's code: ECONNREFUSED, 23505 … */
  code?: string;
  message?: string;
  stack: string[];
}

/**
 * What the log may say of an unforeseen error. Messages of the database driver and of JSON parsing are left out: the
 * first quote the statement with its values, the second the text.
 */
export function describeFailure(error: unknown): FailureDescription {
  if (!(error instanceof Error)) return { name: typeof error, stack: [] };
  const { code } = error as { code?: unknown };
  const quotes =
    error instanceof SyntaxError || /Exception$|DatabaseError$|^error$/.test(error.constructor.name);
  return {
    name: error.constructor.name,
    ...(typeof code === 'string' && { code }),
    ...(!quotes && { message: error.message }),
    stack: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .map((line) => line.trim()),
  };
}
