// Writes schema.graphql from the code; with --check, fails where it is out of date.
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
  console.error('schema.graphql is out of date: run "npm run schema" and commit it.');
  process.exitCode = 1;
}
