import type { MikroORM } from '@mikro-orm/postgresql';

const patienceMs = 2_000;

/**
 * Tells whether the database answers within two seconds and has every migration of this build. Simultaneous
 * questions share one look, so that asking often costs nothing.
 */
export function createReadiness(orm: MikroORM): () => Promise<boolean> {
  let look: Promise<boolean> | null = null;
  let migrated = false;
  const lookNow = async (): Promise<boolean> => {
    try {
      // What was applied stays applied: afterwards it is enough that the database answers.
      if (migrated) await orm.em.getConnection().execute('select 1');
      else migrated = (await orm.migrator.getPending()).length === 0;
      return migrated;
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
