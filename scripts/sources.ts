// The files that people write and read, as the checks of language and names see them.
import { globSync, readFileSync } from 'node:fs';

const patterns = [
  '{src,test,demo,scripts,bench,docs,public}/**/*.{ts,tsx,mjs,js,css,html,graphql,md}',
  '*.{js,md,yml,yaml}',
  '.{dependency-cruiser.js,oxlintrc.json,env.example,gitignore,dockerignore,npmrc}',
  '.ci/run',
  'Dockerfile',
  'package.json',
];

/** Lists the files of the project in the current folder. Generated files are left out. */
export function sourceFiles(): string[] {
  const skipped = /(^|\/)(node_modules|generated|dist|docs\/schema)(\/|$)/;
  return globSync(patterns, { exclude: (file) => skipped.test(file) })
    .filter((file) => !skipped.test(file))
    .toSorted();
}

export function readSource(file: string): string {
  return readFileSync(file, 'utf8');
}

export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** The text around a match, on one line. */
export function contextOf(text: string, index: number, length: number): string {
  const around = text.slice(Math.max(0, index - 40), index + length + 40);
  return around.replaceAll(/\s+/g, ' ').trim();
}
