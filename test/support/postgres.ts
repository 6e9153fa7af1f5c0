import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbedded, type Embedded } from '../../src/database/embedded/embedded.js';
import { findBinaries, type PostgresBinaries } from '../../src/database/embedded/postgres-binaries.js';
import { openDatabase } from '../../src/entities.js';

let postgres: Embedded | undefined;
let folder: string | undefined;

/** Settings without durability: the tests' databases need not survive a crash of the machine. */
export const fastSettings = { fsync: 'off', full_page_writes: 'off' };

/** Creates a folder for a test. PostgreSQL can read it when the tests run as root and it runs as another user. */
export async function makeTestFolder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'switchboard-test-'));
  await chmod(made, 0o711);
  return made;
}

/** The version of PostgreSQL that the tests run on: 18, or the oldest supported one with `TEST_POSTGRES=15`. */
export const testPostgresVersion = process.env.TEST_POSTGRES ?? '18';

/** Finds the binaries of `testPostgresVersion`. Only the tests install PostgreSQL 15. */
export async function findTestBinaries(): Promise<PostgresBinaries> {
  if (testPostgresVersion === '18') return findBinaries();
  const folder = new URL(`../postgres-${testPostgresVersion}/`, import.meta.url);
  const binaries = await findBinaries(new URL('package.json', folder).href);
  // A folder without its own installation resolves to the project's PostgreSQL.
  if (String(binaries.major) !== testPostgresVersion) {
    throw new Error(`PostgreSQL ${testPostgresVersion} is not installed. Run: npm run test:postgres15`);
  }
  return binaries;
}

/** Starts one PostgreSQL for the whole run, with one migrated database that each test file clones. */
export async function startTestPostgres(): Promise<string> {
  folder = await makeTestFolder();
  const binaries = await findTestBinaries();
  postgres = await startEmbedded(path.join(folder, 'data'), 'template', { binaries, settings: fastSettings });
  const orm = await openDatabase(postgres.url);
  await orm.migrator.up();
  await orm.close();
  return postgres.url;
}

export async function stopTestPostgres(): Promise<void> {
  await postgres?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
}
