import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readWordList } from '../../scripts/word-list.js';
import { Project } from './project.js';

const list = readWordList(new URL('../../scripts/old-names.txt', import.meta.url));
const name = list.find(({ allowed }) => allowed.length === 0)?.word ?? '';
const rfcWord = list.find(({ allowed }) => allowed.length > 0)?.word ?? '';

describe('names:check', () => {
  let project: Project;
  beforeEach(async () => void (project = await Project.create()));
  afterEach(() => project.remove());

  const check = () => project.run('scripts/names-check.ts');

  it('finds every name of the list', async () => {
    await project.write('src/a.ts', list.map(({ word }) => `use(${word});\n`).join(''));
    const { code, lines } = await check();
    expect(code).toBe(1);
    expect(lines.at(-1)).toBe(`${list.length} old names in 1 files`);
    for (const [index, { word }] of list.entries()) {
      expect(lines).toContainEqual(
        expect.stringMatching(new RegExp(`^src/a\\.ts:${index + 1}: ${word}: .*use\\(${word}\\)`)),
      );
    }
  });

  it('searches code, operations, tests and documentation', async () => {
    const files = [
      'CONTRIBUTING.md',
      'README.md',
      'docs/a.md',
      'src/a.graphql',
      'src/a.tsx',
      'test/a.test.ts',
    ];
    for (const file of files) await project.write(file, `It was ${name}.\n`);
    const { code, lines } = await check();
    expect(code).toBe(1);
    expect(lines.slice(0, -1)).toEqual(files.map((file) => `${file}:1: ${name}: It was ${name}.`));
  });

  it('leaves migrations and dumps alone', async () => {
    await project.write('src/database/migrations/a.ts', `It was ${name}.\n`);
    await project.write('test/database/old.sql', `It was ${name}.\n`);
    expect(await check()).toEqual({ code: 0, lines: ['0 old names in 0 files'] });
  });

  it('finds whole names in exactly their case', async () => {
    const others = [
      `${name}s`,
      `_${name}`,
      `${name}_type`,
      `$${name}`,
      `${name}2`,
      name.toUpperCase(),
      `new${name}`,
    ];
    await project.write('src/a.ts', `${others.join(' ')}\n`);
    expect(await check()).toEqual({ code: 0, lines: ['0 old names in 1 files'] });
  });

  it('accepts a name in the phrases of RFCs', async () => {
    const phrases = [
      `An invalid_${rfcWord}, a ${rfcWord}_type, the ${rfcWord} type, an authorization code ${rfcWord}, the refresh`,
      `token ${rfcWord}, refresh-token ${rfcWord}s,`,
      '// the implicit',
      `// ${rfcWord}.`,
    ];
    await project.write('docs/a.md', `${phrases.join('\n')}\n`);
    expect(await check()).toMatchObject({ code: 0 });
    await project.write('docs/a.md', `A user's ${rfcWord}, stored ${rfcWord}s, a token ${rfcWord}.\n`);
    expect(await check()).toMatchObject({ code: 1, lines: { length: 4 } });
  });
});
