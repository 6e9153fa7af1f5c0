// Writes schema.graphql and docs/errors.md from the code. With --check, fails if one of them is out of date.
import { readFile, writeFile } from 'node:fs/promises';
import { createSchema, printSchemaSorted } from '../src/graphql/schema.js';
import { buildErrorsPage, errorsPage } from './errors-page.js';

const root = new URL('../', import.meta.url);
const files = {
  'schema.graphql': printSchemaSorted(await createSchema()),
  [errorsPage]: await buildErrorsPage(),
};

for (const [name, text] of Object.entries(files)) {
  const file = new URL(name, root);
  if (!process.argv.includes('--check')) {
    await writeFile(file, text);
    console.log(`Wrote ${name}.`);
  } else if ((await readFile(file, 'utf8').catch(() => '')) === text) {
    console.log(`${name} is up to date.`);
  } else {
    console.error(`${name} is out of date. Run: npm run schema`);
    process.exitCode = 1;
  }
}
