// Word lists: one word or phrase per line, `#` begins a comment, `[section]` begins a section. After ` | ` follow the phrases in
// which the word is allowed: `grant | authorization code grant` refuses "a grant" and accepts "an authorization code grant".
import { readFileSync } from 'node:fs';

export type Entry = { word: string; section: string; allowed: string[] };
export type Match = { index: number; text: string };

const spellings = {
  /** Between letters and digits, in any case. */
  prose: (word: string) => new RegExp(`(?<![a-z0-9])${spaced(word)}(?![a-z0-9])`, 'gi'),
  /** As prose, and as a part of a camelCase, kebab-case or snake_case name. */
  anywhere: (word: string) => {
    const capitalized = word.charAt(0).toUpperCase() + word.slice(1);
    return new RegExp(
      [
        `(?<![A-Za-z])${spaced(word)}(?![a-z])`,
        `${spaced(capitalized)}(?![a-z])`,
        `(?<![A-Za-z])${spaced(word.toUpperCase())}(?![A-Za-z])`,
      ].join('|'),
      'g',
    );
  },
  /** A whole name in exactly this case. */
  name: (word: string) => new RegExp(`(?<![\\w$])${spaced(word)}(?![\\w$])`, 'g'),
};

export function readWordList(file: URL): Entry[] {
  let section = '';
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .flatMap((line) => {
      const heading = /^\[(.+)\]$/.exec(line)?.[1];
      if (heading) section = heading;
      if (heading || line === '') return [];
      const [word = '', ...allowed] = line.split('|').map((part) => part.trim());
      return [{ word, section, allowed }];
    });
}

/** Finds an entry's word in a text, where it is not part of an allowed phrase. */
export function findWord(text: string, { word, allowed }: Entry, spelling: keyof typeof spellings): Match[] {
  const covered = allowed.flatMap((phrase) =>
    [...text.matchAll(new RegExp(spaced(phrase), 'gi'))].map(({ index, 0: found }) => ({
      from: index,
      to: index + found.length,
    })),
  );
  return [...text.matchAll(spellings[spelling](word))]
    .map(({ index, 0: found }) => ({ index, text: found }))
    .filter(
      ({ index, text: found }) =>
        !covered.some(({ from, to }) => from <= index && index + found.length <= to),
    );
}

/** Accepts a phrase that is hyphenated or broken over lines, also those of a comment. */
function spaced(phrase: string): string {
  return phrase.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '(?:\\s+(?:(?:\\*|#|//)\\s+)?|-)');
}
