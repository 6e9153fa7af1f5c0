// create: writes the migration that takes the database from the migrations so far to the entities.
// check: fails where the entities and the migrations say different things.
// Both work in a database of their own that is brought up for it and thrown away.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbedded } from '../src/database/embedded/embedded.js';
import { openDatabase } from '../src/database/orm.js';

async function create(orm: Awaited<ReturnType<typeof openDatabase>>): Promise<number> {
  const { fileName, diff } = await orm.migrator.create();
  if (diff.up.length === 0) console.log('The migrations and the entities agree: there is nothing to create.');
  else console.log(`Wrote src/database/migrations/${fileName}. Read it, and give it a telling name.`);
  return 0;
}

async function check(orm: Awaited<ReturnType<typeof openDatabase>>): Promise<number> {
  const difference = (await orm.schema.getUpdateSchemaSQL()).trim();
  if (difference === '') {
    console.log('The migrations apply from empty, and agree with the entities.');
    return 0;
  }
  console.error(`The entities want what no migration does (run "npm run migration:create"):\n${difference}`);
  return 1;
}

const work = { create, check }[process.argv[2] ?? ''];
if (!work) {
  console.error('Usage: npm run migration:create | npm run migration:check');
  process.exit(2);
}

const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-migration-'));
// As root, PostgreSQL runs as another account, which must be able to reach its own folder in here.
await chmod(folder, 0o711);
const postgres = await startEmbedded(path.join(folder, 'data'), 'migration', { settings: { fsync: 'off' } });
try {
  const orm = await openDatabase(postgres.url);
  try {
    await orm.migrator.up();
    process.exitCode = await work(orm);
  } finally {
    await orm.close();
  }
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
