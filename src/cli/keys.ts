import { describeKeys, type KeyUse } from '../secrets/key-use.js';
import type { RunCommand } from './command.js';
import { withUncheckedDatabase } from './prepared-database.js';

/** What each key seals. It changes nothing, and answers where a start would be refused, too: to see why. */
export const keys: RunCommand = async (_values, { config, log }) => {
  const { keys: found, unsealed } = await withUncheckedDatabase(config, log, describeKeys);
  const width = Math.max(...found.map(({ id }) => id.length));
  const lines = found.map((key) => `${key.id.padEnd(width)}  ${describe(key)}`);
  if (unsealed > 0) lines.push(`${count(unsealed)} in no vault's form: these cannot be read.`);
  return { json: { keys: found, unsealed }, text: lines.join('\n') };
};

function describe({ values, first, inRing, removed }: KeyUse): string {
  const standing = first ? 'seals' : inRing ? 'opens' : removed ? 'removed' : 'not among the keys given';
  return `${count(values)}  (${standing})`;
}

const count = (values: number): string =>
  `${values.toLocaleString('en')} ${values === 1 ? 'value' : 'values'}`;
