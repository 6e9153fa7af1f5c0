// Checks that no name of old-names.txt is in use, whole and in exactly its case. Prints each finding as `file:line: name: context`.
// Migrations are history and keep the names of their time. Dumps in test fixtures (*.sql) are data and are not read.
import { contextOf, lineAt, readSource, sourceFiles } from './sources.js';
import { findWord, readWordList } from './word-list.js';

const names = readWordList(new URL('old-names.txt', import.meta.url));
const searched =
  /^((src|test|docs|demo|bench|public)\/(?!database\/migrations\/)|[^/]+\.md$|\.env\.example$)/;
const files = sourceFiles().filter((file) => searched.test(file));
let found = 0;

for (const file of files) {
  const text = readSource(file);
  for (const name of names) {
    for (const { index } of findWord(text, name, 'name')) {
      found += 1;
      console.log(
        `${file}:${lineAt(text, index)}: ${name.word}: ${contextOf(text, index, name.word.length)}`,
      );
    }
  }
}

console.log(`${found} old names in ${files.length} files`);
if (found > 0) process.exitCode = 1;
