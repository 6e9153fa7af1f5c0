import type { EntityManager } from '@mikro-orm/postgresql';
import { commandLine, recordAuditEvent } from '../audit/record-audit-event.js';
import { openDatabase } from '../entities.js';
import { describeKeys, type KeyUse } from '../secrets/key-use.js';
import { resealAll, type Resealing } from '../secrets/resealing.js';
import type { CommandResult, RunCommand } from './command.js';
import { prepareDatabase, withUncheckedDatabase } from './database.js';
import { createProgress } from './progress.js';

/** The most unreadable values that the text lists. The JSON lists all of them. */
const mostShown = 20;

/** Lists what each key seals. It changes nothing, so it also works where a start is refused, to show why. */
export const listKeys: RunCommand = async (_values, { config, log }) => {
  const { keys, unsealed } = await withUncheckedDatabase(config, log, describeKeys);
  const width = Math.max(...keys.map(({ id }) => id.length));
  const lines = keys.map((key) => `${key.id.padEnd(width)}  ${describeKey(key)}`);
  if (unsealed > 0) lines.push(`${count(unsealed)} without a key id, which cannot be read.`);
  return { json: { keys, unsealed }, text: lines.join('\n') };
};

/** Reseals every stored secret with the first key. The exit code is 1 if a value is left that another key seals. */
export const rotateKeys: RunCommand = async (_values, { config, log, signal, terminal }) => {
  const database = await prepareDatabase(config, log);
  try {
    const orm = await openDatabase(database.url, log);
    const progress = createProgress('Resealing', terminal, log);
    try {
      const em = orm.em.fork();
      const options = { signal, onProgress: progress.show };
      const resealing = await resealAll(em, database.keys, options);
      await recordRotation(em, database.keys.first.id, resealing);
      return describeResealing(database.keys.first.id, resealing);
    } finally {
      progress.end();
      await orm.close();
    }
  } finally {
    await database.close();
  }
};

/** Records one event for the whole run, at its end. Each value is written by itself and shows which key seals it. */
async function recordRotation(em: EntityManager, key: string, resealing: Resealing): Promise<void> {
  const { resealed, remaining, unreadable, interrupted } = resealing;
  await em.transactional((tx) =>
    recordAuditEvent(tx, {
      action: 'ENCRYPTION_KEYS_ROTATED',
      actor: commandLine,
      subject: { type: 'ENCRYPTION_KEY', id: null, name: key },
      detail: { resealed, remaining, unreadable: unreadable.length, interrupted },
    }),
  );
}

function describeKey({ values, first, inRing, removed }: KeyUse): string {
  const use = first ? 'seals' : inRing ? 'opens' : removed ? 'removed' : 'not configured';
  return `${count(values)}  (${use})`;
}

function describeResealing(
  key: string,
  { resealed, unreadable, remaining, interrupted }: Resealing,
): CommandResult {
  const left = remaining - unreadable.length;
  const lines = [
    resealed === 0 && remaining === 0
      ? `Every value is already sealed with "${key}".`
      : `${count(resealed)} resealed with "${key}".`,
    ...(interrupted ? [`Interrupted, ${count(remaining)} left. Run the command again to continue.`] : []),
    ...(left > 0 && !interrupted
      ? [
          `${count(left)} sealed with another key in the meantime, by a process that still uses it. ` +
            `Put "${key}" first in the configuration of every process, then run the command again.`,
        ]
      : []),
    ...(unreadable.length > 0
      ? [
          `${count(unreadable.length)} cannot be read with any of the keys. They are unchanged:`,
          ...unreadable
            .slice(0, mostShown)
            .map(({ table, column, row }) => `  ${table}.${column} of row ${row}`),
          ...(unreadable.length > mostShown
            ? [`  … and ${unreadable.length - mostShown} more; --json lists all of them.`]
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

function count(values: number): string {
  return `${values.toLocaleString('en')} ${values === 1 ? 'value' : 'values'}`;
}
