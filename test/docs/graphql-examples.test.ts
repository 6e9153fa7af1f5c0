import { buildSchema, parse, validate, type GraphQLField } from 'graphql';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const schema = buildSchema(read('schema.graphql'));

const matchesOf = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, match = '']) => match);

/** Returns the documents of a page: its code blocks, and the queries in the JSON of its commands. */
function documentsOf(page: string): string[] {
  const text = read(page);
  const inJson = matchesOf(text, /"query": ("(?:[^"\\]|\\.)*")/g).map((json) => JSON.parse(json) as string);
  return [...matchesOf(text, /^ *```graphql\n([^]*?)^ *```$/gm), ...inJson];
}

const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).sort();
const withDocuments = pages.filter((page) => documentsOf(page).length > 0);

test('finds the documents of the README and of docs', () => {
  expect(withDocuments).toEqual(expect.arrayContaining(['README.md', 'docs/troubleshooting.md']));
  expect(documentsOf('README.md').filter((text) => text.includes('callMcpServerTool'))).toHaveLength(1);
});

test.each(withDocuments)('has only documents that are valid for the schema: %s', (page) => {
  const mistakes = documentsOf(page).flatMap((text) => validate(schema, parse(text)));
  expect(mistakes.map(({ message }) => message)).toEqual([]);
});

const rootFields: Record<string, GraphQLField<unknown, unknown>> = {
  ...schema.getQueryType()?.getFields(),
  ...schema.getMutationType()?.getFields(),
};

/** Returns the names of arguments in text such as `first, after` or `input: { url: "…" }`. */
function namesIn(text: string): string[] {
  const names = text.replaceAll(/"[^"]*"/g, '').replaceAll(/\{[^{}]*\}/g, '');
  return names.split(/[\s,]+/).flatMap((part) => /^(\w+):?$/.exec(part)?.[1] ?? []);
}

const calls = pages.flatMap((page) =>
  [...read(page).matchAll(/`(\w+)\(([^`]*)\)`/g)]
    .filter(([, name = '']) => name in rootFields)
    .map(([call, name = '', args = '']) => ({ page, call, name, args })),
);

test('finds operations with arguments in running text', () => {
  expect(calls.length).toBeGreaterThan(5);
});

test.each(calls)('names arguments that exist: $call in $page', ({ name, args }) => {
  const known = rootFields[name]?.args.map((argument) => argument.name) ?? [];
  expect(known).toEqual(expect.arrayContaining(namesIn(args)));
});
