// Writes schema.graphql from the code. With --check, fails if the file is out of date.
import { readFile, writeFile } from 'node:fs/promises';
import { createSchema, printSchemaSorted } from '../src/graphql/schema.js';

const file = new URL('../schema.graphql', import.meta.url);
const sdl = printSchemaSorted(await createSchema());

if (!process.argv.includes('--check')) {
  await writeFile(file, sdl);
  console.log('Wrote schema.graphql.');
} else if ((await readFile(file, 'utf8').catch(() => '')) === sdl) {
  console.log('schema.graphql is up to date.');
} else {
  console.error('schema.graphql is out of date. Run: npm run schema');
  process.exitCode = 1;
}
