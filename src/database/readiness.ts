import type { MikroORM } from '@mikro-orm/postgresql';
import type { Logger } from '../log.js';
import { wasKeyRemoved } from '../secrets/canary.js';
import { DatabaseProblem } from './database-problem.js';
import { findPendingMigrations } from './migration-state.js';

const patienceMs = 2_000;

/**
 * Tells whether the database answers within two seconds, has every migration of this build, and still takes what this
 * process seals: where its key was removed, others have to serve. Simultaneous questions share one look, so that asking
 * often costs nothing.
 *
 * @param options.sealsWith the id of the key that this process seals with
 */
export function createReadiness(
  orm: MikroORM,
  { sealsWith, log }: { sealsWith: string; log: Logger },
): () => Promise<boolean> {
  let look: Promise<boolean> | null = null;
  let migrated = false;
  let said = false;
  let reported = '';
  const lookNow = async (): Promise<boolean> => {
    try {
      // Checked until it passes. Later migrations of a newer version do not count: during an upgrade, processes of the
      // older version serve until they are replaced.
      migrated ||= (await findPendingMigrations(orm)).length === 0;
      if (!migrated) return false;
      const removed = await wasKeyRemoved(orm.em.fork(), sealsWith);
      if (removed && !said) {
        log.error(
          { key: sealsWith },
          'The encryption key that this process seals with was removed: nothing new can be stored. Start it with the keys in use.',
        );
      }
      said = removed;
      return !removed;
    } catch (error) {
      if (error instanceof DatabaseProblem && error.message !== reported) {
        reported = error.message;
        log.error({ err: error }, 'The database does not fit this version.');
      }
      return false;
    }
  };
  return () => {
    look ??= withinPatience(lookNow()).finally(() => {
      look = null;
    });
    return look;
  };
}

async function withinPatience(answer: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), patienceMs);
  });
  try {
    return await Promise.race([answer, impatience]);
  } finally {
    clearTimeout(timer);
  }
}
