import type { RunCommand } from './command.js';
import { prepareDatabase } from './prepared-database.js';

/** Brings the database up to date: what `serve` does first, for deployments that want it apart. */
export const migrate: RunCommand = async (_values, { config, log }) => {
  const database = await prepareDatabase(config, log);
  await database.close();
  const { migrations } = database;
  return {
    json: { migrations },
    text: migrations.length === 0 ? 'The database is up to date.' : `Applied ${migrations.join(', ')}.`,
  };
};
