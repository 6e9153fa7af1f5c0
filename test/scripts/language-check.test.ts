import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readWordList } from '../../scripts/word-list.js';
import { Project } from './project.js';

const list = readWordList(new URL('../../scripts/banned-words.txt', import.meta.url));
const wordsOf = (section: string) =>
  list.filter((entry) => entry.section === section).map(({ word }) => word);
const [banned = ''] = wordsOf('prose');
const phrase = wordsOf('prose').find((word) => word.includes(' ')) ?? '';
const [privateWord = ''] = wordsOf('names');
const [rare = ''] = wordsOf('once per page');
const capitalized = privateWord.charAt(0).toUpperCase() + privateWord.slice(1);

describe('language:check', () => {
  let project: Project;
  beforeEach(async () => void (project = await Project.create()));
  afterEach(() => project.remove());

  const check = () => project.run('scripts/language-check.ts');
  const summary = (words: number, clauses: number, docs: number) =>
    `${words} banned words, ${clauses} of ${docs} one-line docs are bare clauses`;
  /** Writes one file for each case and returns the file's case for each finding. */
  async function casesFound(cases: Record<string, string>): Promise<{ code: number; found: string[] }> {
    const names = Object.keys(cases);
    for (const [index, name] of names.entries()) await project.write(`src/${index}.tsx`, cases[name] ?? '');
    const { code, lines } = await check();
    const found = lines.slice(0, -1).map((line) => names[Number(/^src\/(\d+)\.tsx:\d+: /.exec(line)?.[1])]);
    return { code, found: found.map(String).toSorted() };
  }

  it('finds every word of the list in documentation', async () => {
    const words = [...wordsOf('prose'), ...wordsOf('names')];
    await project.write('docs/guide.md', words.map((word) => `It says ${word} here.\n`).join(''));
    const { code, lines } = await check();
    expect(code).toBe(1);
    expect(lines).toHaveLength(words.length + 1);
    expect(lines.at(-1)).toBe(summary(words.length, 0, 0));
    for (const [index, word] of words.entries()) {
      expect(lines).toContainEqual(
        expect.stringMatching(new RegExp(`^docs/guide\\.md:${index + 1}: ${word}: .*says ${word} here`)),
      );
    }
  });

  it('finds words in comments, strings, elements and names', async () => {
    const cases = {
      'a comment': `// It says ${banned} here.\n`,
      'a docstring': `/** It says ${banned} here. */\nexport const a = 1;\n`,
      'a string': `export const a = 'It says ${banned} here.';\n`,
      'a string after an escape': `export const a = 'It says\\n${banned} here.';\n`,
      'a template literal': `export const a = (b: string) => \`\${b} says ${banned} here.\`;\n`,
      'the text of an element': `export const a = () => <p>It says {1} ${banned} here.</p>;\n`,
      'an attribute': `export const a = () => <p title="It says ${banned}" />;\n`,
      'a phrase broken over two comments': `// It says ${phrase.replace(' ', '\n// ')} here.\n`,
      'a part of a name': `export const some${capitalized} = 1;\n`,
      'a part of a stored name': `export const a = 'some_${privateWord}';\n`,
      'a word for documentation alone': `// The ${rare}.\n`,
    };
    expect(await casesFound(cases)).toEqual({ code: 1, found: Object.keys(cases).toSorted() });
  });

  it('accepts longer words, names that are no text, and words in separate strings', async () => {
    const cases = {
      'a name': `export const ${banned} = 1;\n`,
      'a longer word': `// It says out${privateWord} and ${privateWord}ish.\n`,
      'two strings': `export const a = ['${phrase.replace(' ', "', '")}'];\n`,
    };
    expect(await casesFound(cases)).toEqual({ code: 0, found: [] });
  });

  it('finds a word in the name of a file', async () => {
    await project.write(`src/some-${privateWord}.ts`, 'export {};\n');
    expect(await check()).toEqual({
      code: 1,
      lines: [`src/some-${privateWord}.ts:1: ${privateWord}: the name of the file`, summary(1, 0, 0)],
    });
  });

  it('reads the comments of a migration, but not its names and statements', async () => {
    await project.write(
      'src/database/migrations/a.ts',
      `export const some${capitalized} = 'drop ${banned}'; // It says ${banned} here.\n`,
    );
    expect(await check()).toEqual({
      code: 1,
      lines: [expect.stringContaining(`says ${banned} here`), summary(1, 0, 0)],
    });
  });

  it('accepts a word once per page of documentation where the list says so', async () => {
    await project.write('README.md', `The ${rare}.\n`);
    await project.write('docs/a.md', `The ${rare}.\n\nThat ${rare}.\n`);
    expect(await check()).toEqual({
      code: 1,
      lines: [expect.stringMatching(/^docs\/a\.md:3: /), summary(1, 0, 0)],
    });
  });

  it('accepts generated files', async () => {
    await project.write('src/generated/a.ts', `// It says ${banned} here.\n`);
    expect(await check()).toEqual({ code: 0, lines: [summary(0, 0, 0)] });
  });

  it('accepts one bare clause in eleven one-line docs, and refuses one in ten', async () => {
    const clause = '/** Whether it ended. */\n';
    const phrases = '/** The end. */\n'.repeat(9);
    const finding = 'src/a.ts:1: bare clause: Whether it ended.';
    await project.write('src/a.ts', `${clause}${phrases}/** Ends it. */\nexport {};\n`);
    expect(await check()).toEqual({ code: 0, lines: [finding, summary(0, 1, 11)] });
    await project.write('src/a.ts', `${clause}${phrases}export {};\n`);
    expect(await check()).toEqual({ code: 1, lines: [finding, summary(0, 1, 10)] });
  });

  it('counts clauses with and without a preposition, and neither longer docs nor tags', async () => {
    const clauses = [
      'What it ends.',
      'Who ended it.',
      'For how long it lasts.',
      'Whatever ended it.',
      'when it ended',
    ];
    const docs = clauses.map((clause) => `/** ${clause} */\n`).join('');
    await project.write(
      'src/a.ts',
      `${docs}/**\n * What it ends.\n */\nexport {};\n/** @type {unknown} */\n`,
    );
    expect(await check()).toEqual({
      code: 1,
      lines: [
        ...clauses.map((clause, index) => `src/a.ts:${index + 1}: bare clause: ${clause}`),
        summary(0, clauses.length, clauses.length),
      ],
    });
  });
});
