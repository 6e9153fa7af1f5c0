import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbedded, type Embedded } from '../../src/database/embedded.js';
import { openDatabase } from '../../src/database/orm.js';

let postgres: Embedded | undefined;
let folder: string | undefined;

/** One PostgreSQL for the whole run, and in it one migrated database that each test file clones. */
export async function startTestPostgres(): Promise<string> {
  folder = await mkdtemp(path.join(tmpdir(), 'switchboard-test-'));
  // As root, PostgreSQL runs as another account, which must be able to reach its own folder in here.
  await chmod(folder, 0o711);
  postgres = await startEmbedded(path.join(folder, 'postgres'), 'template');
  const orm = await openDatabase(postgres.url);
  await orm.migrator.up();
  await orm.close();
  return postgres.url;
}

export async function stopTestPostgres(): Promise<void> {
  await postgres?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
}
