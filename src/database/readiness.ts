import type { MikroORM } from '@mikro-orm/postgresql';
import type { Logger } from '../log.js';
import { wasKeyRemoved } from '../secrets/canary.js';

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
  const lookNow = async (): Promise<boolean> => {
    try {
      // What was applied stays applied: afterwards it is enough that the database answers.
      migrated ||= (await orm.migrator.getPending()).length === 0;
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
    } catch {
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
