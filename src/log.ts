import { pino, type Logger } from 'pino';

export type { Logger };

/**
 * The process's log: JSON lines on stderr, because stdout belongs to the commands' results and the sign-in link.
 * Only what a caller names is written; known secret-bearing keys are censored even if one is named by mistake.
 */
export function createLog(level: string): Logger {
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
    pino.destination(2),
  );
}
