import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => (existsSync(root + path) ? readFileSync(root + path, 'utf8') : '');

interface Row {
  statement: string;
  code: Reference[];
  tests: Reference[];
}

/** `src/oauth2/discovery/probe.ts: probe`, `test/net/tls.test.ts: trusts no unknown authority, and sends nothing` */
interface Reference {
  path: string;
  name: string;
}

/** Returns the rows of all tables of the page. @throws Error for a row without five cells */
function rowsOf(page: string): Row[] {
  const lines = page.split('\n').filter((line) => line.startsWith('|'));
  return lines.flatMap((line) => {
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
    const [source = '', , statement = '', code = '', tests = ''] = cells;
    if (cells.length !== 5) throw new Error(`This row doesn't have five cells: ${line}`);
    if (source === 'section' || /^:?-+:?$/.test(source)) return [];
    return [{ statement, code: referencesIn(code), tests: referencesIn(tests) }];
  });
}

function referencesIn(cell: string): Reference[] {
  return [...cell.matchAll(/`([^`:]+): ([^`]+)`/g)].map(([, path = '', name = '']) => ({ path, name }));
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Returns true if the file exports the symbol, or the class of a method (`Vault.seal`). */
function isExported({ path, name }: Reference): boolean {
  const [exported = '', method] = name.split('.');
  const source = read(path);
  const declares = new RegExp(
    `^export (default )?(async )?(function|const|class) ${escaped(exported)}\\b`,
    'm',
  );
  const defines = new RegExp(`^  (readonly |async )*${escaped(method ?? '')}\\b.*[({=]`, 'm');
  return declares.test(source) && (method === undefined || defines.test(source));
}

/** Returns true if the file has a test with exactly this title. */
function isTest({ path, name }: Reference): boolean {
  return new RegExp(String.raw`\(\s*(['"${'`'}])${escaped(name)}\1,\s*(async )?\(`).test(read(path));
}

function mistakesOf({ statement, code, tests }: Row): string[] {
  return [
    ...(code.length === 0 ? [`${statement}: no code is named`] : []),
    ...(tests.length === 0 ? [`${statement}: no test is named`] : []),
    ...code.filter((one) => !isExported(one)).map(({ path, name }) => `${path} exports no ${name}`),
    ...tests.filter((one) => !isTest(one)).map(({ path, name }) => `${path} has no test "${name}"`),
  ];
}

const rows = rowsOf(read('docs/authorization.md'));

test('names existing code and an existing test in every row of docs/authorization.md', () => {
  expect(rows.length).toBeGreaterThan(50);
  expect(rows.flatMap(mistakesOf)).toEqual([]);
});

test('reports a row without a test, and one that names a missing symbol or test', () => {
  const cells = (code: string, tests: string) =>
    rowsOf(
      `| section | level | statement | code | test |\n|---|---|---|---|---|\n| 1 | MUST | It | ${code} | ${tests} |`,
    );
  const code = '`src/secrets/vault.ts: Vault.seal`';
  const shown = '`test/secrets/vault.test.ts: seals one text twice with only the header in common`';
  const mistakes = (code: string, tests: string) => cells(code, tests).flatMap(mistakesOf);
  expect(mistakes(code, shown)).toEqual([]);
  expect(mistakes(code, '')).toEqual(['It: no test is named']);
  expect(mistakes('', shown)).toEqual(['It: no code is named']);
  expect(mistakes('`src/secrets/vault.ts: Vault.sell`', shown)).toHaveLength(1);
  expect(mistakes('`src/secrets/vault.ts: isNowhere`', shown)).toHaveLength(1);
  expect(mistakes('`src/secrets/gone.ts: Vault`', shown)).toHaveLength(1);
  expect(mistakes(code, '`test/secrets/vault.test.ts: seals one text twice`')).toHaveLength(1);
  expect(mistakes(code, '`test/secrets/gone.test.ts: x`')).toHaveLength(1);
});
