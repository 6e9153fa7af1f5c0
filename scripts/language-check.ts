// Checks the language of comments, strings and documentation: no word of banned-words.txt, and fewer than one in ten one-line docs
// that are a bare clause ("Whether the token expired.") instead of a phrase or a sentence. Prints each finding as
// `file:line: word: context`.
import { Visitor, parseSync } from 'vite';
import { contextOf, lineAt, readSource, sourceFiles } from './sources.js';
import { findWord, readWordList, type Entry, type Match } from './word-list.js';

type Span = { start: number; end: number };

const words = readWordList(new URL('banned-words.txt', import.meta.url));
const bareClause =
  /^(?:(?:about|after|as|at|before|by|for|from|in|of|on|since|to|under|until|with|without) )?(?:what|whether|who|whose|whom|which|how|where|when|why)(?:ever)?\b/i;

let banned = 0;
let docs = 0;
let clauses = 0;

for (const file of sourceFiles()) {
  const text = readSource(file);
  const isCode = /\.(ts|tsx|mjs|js)$/.test(file);
  const { comments, strings } = isCode ? parse(file, text) : { comments: [], strings: [] };
  // A migration is history: its names and statements stay as they were.
  const isMigration = file.startsWith('src/database/migrations/');
  const prose = isCode ? only([...comments, ...(isMigration ? [] : strings)], text) : text;
  const names = isMigration ? prose : text;

  for (const entry of words) {
    for (const match of find(entry, { file, prose, names })) {
      banned += 1;
      console.log(
        `${file}:${lineAt(text, match.index)}: ${entry.word}: ${contextOf(text, match.index, match.text.length)}`,
      );
    }
    if (entry.section !== 'prose' && !isMigration) {
      for (const _ of findWord(file, entry, 'anywhere')) {
        banned += 1;
        console.log(`${file}:1: ${entry.word}: the name of the file`);
      }
    }
  }
  for (const { start, end } of comments) {
    const doc = /^\/\*\*[ \t]*([^@\s].*?)[ \t]*\*\/$/.exec(text.slice(start, end))?.[1];
    if (doc === undefined) continue;
    docs += 1;
    if (!bareClause.test(doc)) continue;
    clauses += 1;
    console.log(`${file}:${lineAt(text, start)}: bare clause: ${doc}`);
  }
}

console.log(`${banned} banned words, ${clauses} of ${docs} one-line docs are bare clauses`);
if (banned > 0 || clauses * 10 >= Math.max(docs, 1)) process.exitCode = 1;

function find(entry: Entry, { file, prose, names }: { file: string; prose: string; names: string }): Match[] {
  if (entry.section === 'prose') return findWord(prose, entry, 'prose');
  const matches = findWord(names, entry, 'anywhere');
  return entry.section === 'once per page' && file.endsWith('.md') ? matches.slice(1) : matches;
}

function parse(file: string, text: string): { comments: Span[]; strings: Span[] } {
  const { program, comments, errors } = parseSync(file, text);
  if (errors[0]) throw new Error(`${file}: ${errors[0].message}`);
  const strings: Span[] = [];
  const keep = (node: Span) => void strings.push(node);
  new Visitor({
    JSXText: keep,
    TemplateElement: keep,
    Literal: (node) => void (typeof node.value === 'string' && keep(node)),
  }).visit(program);
  return { comments, strings };
}

/** Blanks everything but the spans, without moving anything: code becomes `\0`, and what marks a comment becomes spaces. */
function only(spans: Span[], text: string): string {
  let result = '';
  let end = 0;
  for (const span of spans.toSorted((one, other) => one.start - other.start)) {
    result += blank(text.slice(end, span.start), /\S/g, '\0');
    result += blank(
      text.slice(span.start, span.end),
      /^[ \t]*(\/\/|\/?\*+\/?)|\*\/$|\\(u\{\w+\}|u\w{4}|x\w\w|.)/gms,
      ' ',
    );
    end = span.end;
  }
  return result + blank(text.slice(end), /\S/g, '\0');
}

function blank(text: string, pattern: RegExp, by: string): string {
  return text.replaceAll(pattern, (found) => found.replaceAll(/[^\n]/g, by));
}
