import type { EntityManager } from '@mikro-orm/postgresql';
import { commandLine, recordAuditEvent } from '../audit/record-audit-event.js';
import { openDatabase } from '../database/orm.js';
import { resealAll, type Resealing } from '../secrets/resealing.js';
import type { CommandResult, RunCommand } from './command.js';
import { prepareDatabase } from './prepared-database.js';
import { createProgress } from './progress.js';

/** Of the values that cannot be read, a person is shown so many; a program gets all. */
const mostShown = 20;

/** Reseals everything with the first key. Exit code 1 when something is left that is sealed otherwise. */
export const rotateKeys: RunCommand = async (_values, { config, log, signal, terminal }) => {
  const database = await prepareDatabase(config, log);
  try {
    const orm = await openDatabase(database.url, log);
    const progress = createProgress('Resealing', terminal, log);
    try {
      const em = orm.em.fork();
      const options = { signal, onProgress: progress.show };
      const resealing = await resealAll(em, database.keys, options);
      await record(em, database.keys.first.id, resealing);
      return describe(database.keys.first.id, resealing);
    } finally {
      progress.end();
      await orm.close();
    }
  } finally {
    await database.close();
  }
};

/** One event for a run, after it: its values were written one by one, and each tells by itself which key seals it. */
async function record(em: EntityManager, key: string, resealing: Resealing): Promise<void> {
  const { resealed, remaining, unreadable, interrupted } = resealing;
  await em.transactional((transaction) =>
    recordAuditEvent(transaction, {
      action: 'ENCRYPTION_KEYS_ROTATED',
      actor: commandLine,
      subject: { type: 'ENCRYPTION_KEY', id: null, name: key },
      detail: { resealed, remaining, unreadable: unreadable.length, interrupted },
    }),
  );
}

function describe(key: string, { resealed, unreadable, remaining, interrupted }: Resealing): CommandResult {
  const left = remaining - unreadable.length;
  const lines = [
    resealed === 0 && remaining === 0
      ? `Everything was sealed with "${key}" already.`
      : `${values(resealed)} resealed with "${key}".`,
    ...(interrupted ? [`Interrupted: ${values(remaining)} left. Run it again to go on.`] : []),
    ...(left > 0 && !interrupted
      ? [
          `${values(left)} written with another key meanwhile: a process still seals with it. Put "${key}" first everywhere, then run it again.`,
        ]
      : []),
    ...(unreadable.length > 0
      ? [
          `${values(unreadable.length)} cannot be read with any of the keys, and was left as it is:`,
          ...unreadable
            .slice(0, mostShown)
            .map(({ table, column, row }) => `  ${table}.${column} of row ${row}`),
          ...(unreadable.length > mostShown
            ? [`  … and ${unreadable.length - mostShown} more; --json lists all.`]
            : []),
        ]
      : []),
  ];
  return {
    json: { key, resealed, remaining, interrupted, unreadable },
    text: lines.join('\n'),
    failed: remaining > 0,
  };
}

const values = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'value' : 'values'}`;
