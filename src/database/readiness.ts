import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { Logger } from '../log.js';
import { withTimeLimit } from '../time-limit.js';
import { DatabaseSetupError } from './database-setup-error.js';
import { findPendingMigrations } from './migration-state.js';

const timeoutMs = 2_000;

export interface ReadinessOptions {
  /** The id of the key that this process seals with. */
  sealsWith: string;
  /** Returns true if the key was removed, so that the database refuses what it seals. */
  wasKeyRemoved(em: EntityManager, id: string): Promise<boolean>;
  log: Logger;
}

/**
 * Returns a check whether this process can serve: the database answers within two seconds, has exactly the migrations of
 * this build, and accepts the key that this process seals with. Simultaneous calls share one check.
 */
export function createReadiness(
  orm: MikroORM,
  { sealsWith, wasKeyRemoved, log }: ReadinessOptions,
): () => Promise<boolean> {
  let check: Promise<boolean> | null = null;
  let migrated = false;
  let reportedKey = false;
  let reported = '';
  const checkNow = async (): Promise<boolean> => {
    try {
      // Checked until it passes. Later migrations of a newer version do not count: during an upgrade, processes of the
      // older version serve until they are replaced.
      migrated ||= (await findPendingMigrations(orm)).length === 0;
      if (!migrated) return false;
      const removed = await wasKeyRemoved(orm.em.fork(), sealsWith);
      if (removed && !reportedKey) {
        log.error(
          { key: sealsWith },
          'Encryption key of this process was removed. Restart the process with the current keys.',
        );
      }
      reportedKey = removed;
      return !removed;
    } catch (error) {
      if (error instanceof DatabaseSetupError && error.message !== reported) {
        reported = error.message;
        log.error({ err: error }, 'Database does not match this version');
      }
      return false;
    }
  };
  return () => {
    check ??= withTimeLimit(timeoutMs, checkNow(), false).finally(() => {
      check = null;
    });
    return check;
  };
}
