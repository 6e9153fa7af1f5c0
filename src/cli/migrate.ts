import type { RunCommand } from './command.js';
import { prepareDatabase } from './database.js';

/** Migrates the database. `serve` does this first; deployments that migrate in a step of their own run this command. */
export const migrate: RunCommand = async (_values, { config, log }) => {
  const database = await prepareDatabase(config, log);
  await database.close();
  const { migrations } = database;
  return {
    json: { migrations },
    text: migrations.length === 0 ? 'The database is up to date.' : `Applied ${migrations.join(', ')}.`,
  };
};
