import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).sort();
const read = (page: string) => readFileSync(path.join(root, page), 'utf8');

test.each(pages)('%s links to nothing in this repository that is not there', (page) => {
  const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const files = targets.filter((target) => !/^[a-z]+:/.test(target)).map((target) => target.split('#')[0]);
  const missing = files.filter((file = '') => !existsSync(path.join(root, path.dirname(page), file)));
  expect(missing).toEqual([]);
});

test('each decision has a number of its own, the same in its name and its heading', () => {
  const decisions = pages.filter((page) => page.startsWith('docs/adr/'));
  const numbers = decisions.map((page) => Number(path.basename(page).slice(0, 4)));
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(decisions.map((page) => Number(/^# (\d+)\. /.exec(read(page))?.[1]))).toEqual(numbers);
});
