import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).sort();
const read = (page: string) => readFileSync(path.join(root, page), 'utf8');

test.each(pages)('links only to existing files in %s', (page) => {
  const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const files = targets.filter((target) => !/^[a-z]+:/.test(target)).map((target) => target.split('#')[0]);
  const missing = files.filter((file = '') => !existsSync(path.join(root, path.dirname(page), file)));
  expect(missing).toEqual([]);
});

test('numbers each decision record once, in its name and heading', () => {
  const decisions = pages.filter((page) => page.startsWith('docs/adr/'));
  const numbers = decisions.map((page) => Number(path.basename(page).slice(0, 4)));
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(decisions.map((page) => Number(/^# (\d+)\. /.exec(read(page))?.[1]))).toEqual(numbers);
});
