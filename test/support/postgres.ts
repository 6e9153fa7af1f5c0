import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbedded, type Embedded } from '../../src/database/embedded/embedded.js';
import { findBinaries } from '../../src/database/embedded/postgres-binaries.js';
import { openDatabase } from '../../src/database/orm.js';

let postgres: Embedded | undefined;
let folder: string | undefined;

/** Without what only a crash of the whole machine would need: the tests' databases need not outlive one. */
export const hasty = { fsync: 'off', full_page_writes: 'off' };

/** A folder of a test's own that PostgreSQL can reach when the tests run as root, and it as another account. */
export async function makeTestFolder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'switchboard-test-'));
  await chmod(made, 0o711);
  return made;
}

/**
 * One PostgreSQL for the whole run, and in it one migrated database that each test file clones. `TEST_POSTGRES=15` runs
 * them on the oldest PostgreSQL that Switchboard supports.
 */
export async function startTestPostgres(): Promise<string> {
  folder = await makeTestFolder();
  const version = process.env.TEST_POSTGRES;
  const binaries = await findBinaries(version && version !== '18' ? `-${version}` : '');
  postgres = await startEmbedded(path.join(folder, 'data'), 'template', { binaries, settings: hasty });
  const orm = await openDatabase(postgres.url);
  await orm.migrator.up();
  await orm.close();
  return postgres.url;
}

export async function stopTestPostgres(): Promise<void> {
  await postgres?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
}
