// create [Name]: writes a migration from the existing migrations to the entities, and lists it in index.ts.
// check: fails if the entities and the migrations disagree, or if index.ts does not list the migrations of its folder.
// Both work in a temporary database.
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MikroORM } from '@mikro-orm/postgresql';
import { startEmbedded } from '../src/database/embedded/embedded.js';
import { openDatabase } from '../src/entities.js';

const migrationsFolder = fileURLToPath(new URL('../src/database/migrations', import.meta.url));
const listFile = path.join(migrationsFolder, 'index.ts');

/** Returns the content of index.ts for the migrations in its folder. They run in the order of the times in their names. */
async function listMigrations(): Promise<string> {
  const names = (await readdir(migrationsFolder))
    .filter((file) => file !== 'index.ts')
    .map((file) => path.parse(file).name)
    .sort();
  return `${names.map((name) => `import { ${name} } from './${name}.js';\n`).join('')}
/** Every migration, in the order in which they run. \`npm run migration:create\` writes this file. */
export const migrations = [
${names.map((name) => `  ${name},\n`).join('')}];
`;
}

async function create(orm: MikroORM, name?: string): Promise<number> {
  const folder = path.relative(process.cwd(), migrationsFolder);
  const { fileName, diff } = await orm.migrator.create(folder, false, false, name);
  if (diff.up.length === 0) {
    console.log('The migrations match the entities. There is nothing to create.');
    return 0;
  }
  await writeFile(listFile, await listMigrations());
  console.log(
    `Wrote src/database/migrations/${fileName} and listed it in index.ts. Read it before you commit it.`,
  );
  return 0;
}

async function check(orm: MikroORM): Promise<number> {
  if ((await readFile(listFile, 'utf8')) !== (await listMigrations())) {
    console.error('src/database/migrations/index.ts does not list exactly the migrations of its folder.');
    return 1;
  }
  const difference = (await orm.schema.getUpdateSchemaSQL()).trim();
  if (difference === '') {
    console.log('The migrations apply to an empty database and match the entities.');
    return 0;
  }
  console.error(`The entities differ from the migrations. Run: npm run migration:create\n${difference}`);
  return 1;
}

const [command = '', name] = process.argv.slice(2);
const work = { create, check }[command];
if (!work) {
  console.error('Usage: npm run migration:create -- [Name] | npm run migration:check');
  process.exit(2);
}

const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-migration-'));
// For root, PostgreSQL runs as another system user, which needs to reach its folder in here.
await chmod(folder, 0o711);
const postgres = await startEmbedded(path.join(folder, 'data'), 'migration', { settings: { fsync: 'off' } });
try {
  const orm = await openDatabase(postgres.url);
  try {
    await orm.migrator.up();
    process.exitCode = await work(orm, name);
  } finally {
    await orm.close();
  }
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
