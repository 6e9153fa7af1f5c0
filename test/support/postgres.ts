import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbedded, type Embedded } from '../../src/database/embedded/embedded.js';
import { findBinaries, type PostgresBinaries } from '../../src/database/embedded/postgres-binaries.js';
import { openDatabase } from '../../src/entities.js';

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

/** The PostgreSQL that the tests run on: 18, or with `TEST_POSTGRES=15` the oldest one that Switchboard supports. */
export const testPostgresVersion = process.env.TEST_POSTGRES ?? '18';

/** Finds the binaries of `testPostgresVersion`. PostgreSQL 15 is a package of its own, which only the tests install. */
export async function findTestBinaries(): Promise<PostgresBinaries> {
  if (testPostgresVersion === '18') return findBinaries();
  const folder = new URL(`../postgres-${testPostgresVersion}/`, import.meta.url);
  const binaries = await findBinaries(new URL('package.json', folder).href);
  // Without an installation of its own, the folder resolves to the PostgreSQL of the project.
  if (String(binaries.major) !== testPostgresVersion) {
    throw new Error(`PostgreSQL ${testPostgresVersion} is not installed. Run: npm run test:postgres15`);
  }
  return binaries;
}

/** Starts one PostgreSQL for the whole run, with one migrated database that each test file clones. */
export async function startTestPostgres(): Promise<string> {
  folder = await makeTestFolder();
  const binaries = await findTestBinaries();
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
