// Writes docs/architecture.md: the folders of src in their order, and the imports between them. With --check, fails when the page
// is out of date. Both fail when an import goes against the order of layers.js, when a folder is missing there, or when folders
// form a cycle.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { format, resolveConfig } from 'prettier';
import config from '../.dependency-cruiser.js';
import { importable, layers } from './layers.js';

const page = 'docs/architecture.md';
const rank = new Map(layers.flatMap((line, index) => line.map((name) => [name, index])));

/** `src/app.ts` is `app.ts`; a file in a folder is the folder that it lies directly in. */
function layerOf(file) {
  const folder = path.posix.relative('src', path.posix.dirname(file));
  return folder === '' ? path.posix.basename(file) : folder;
}

const topOf = (name) => name.split('/')[0];

/** Reads the imports between folders: for each folder, the imported ones with an example. */
async function readArrows() {
  const { output } = await cruise(['src'], config.options, undefined, {
    tsConfig: extractTSConfig(config.options.tsConfig.fileName),
  });
  const arrows = new Map();
  for (const { source, dependencies } of output.modules.filter((module) => isOurs(module.source))) {
    const from = layerOf(source);
    if (!arrows.has(from)) arrows.set(from, new Map());
    for (const { resolved } of dependencies.filter((dependency) => isOurs(dependency.resolved))) {
      const to = layerOf(resolved);
      if (to !== from) arrows.get(from).set(to, `${source} imports ${resolved}`);
    }
  }
  return arrows;
}

const isOurs = (file) => file.startsWith('src/');

function violations(arrows) {
  const unknown = [...arrows.keys()].filter((name) => !rank.has(name));
  const upward = [...arrows].flatMap(([from, targets]) =>
    [...targets]
      .filter(([to]) => rank.has(from) && rank.has(to) && !importable.get(from).includes(to))
      .map(([to, example]) => `${from} must not import ${to}: ${example}`),
  );
  const cycles = [arrows, foldersOnly(arrows)].map(findCycle).filter((cycle) => cycle !== null);
  return [
    ...unknown.toSorted().map((name) => `${name} is missing in scripts/layers.js`),
    ...upward.toSorted(),
    ...new Set(cycles.map((cycle) => `Cycle: ${cycle.join(' → ')}`)),
  ];
}

/** Merges sub-folders into their folder of src. */
function foldersOnly(arrows) {
  const tops = new Map([...arrows.keys()].map((name) => [topOf(name), new Map()]));
  for (const [from, targets] of arrows) {
    for (const [to, example] of targets) {
      if (topOf(from) !== topOf(to)) tops.get(topOf(from)).set(topOf(to), example);
    }
  }
  return tops;
}

/** Returns the folders of one cycle, from a folder back to the same folder, or null. */
function findCycle(arrows) {
  const finished = new Set();
  const visit = (name, trace) => {
    if (trace.includes(name)) return [...trace.slice(trace.indexOf(name)), name];
    if (finished.has(name)) return null;
    for (const next of arrows.get(name)?.keys() ?? []) {
      const cycle = visit(next, [...trace, name]);
      if (cycle) return cycle;
    }
    finished.add(name);
    return null;
  };
  for (const name of arrows.keys()) {
    const cycle = visit(name, []);
    if (cycle) return cycle;
  }
  return null;
}

function describe(arrows) {
  const order = (names) =>
    names.toSorted((one, other) => rank.get(one) - rank.get(other) || (one < other ? -1 : 1));
  const code = (names) => names.map((name) => `\`${name}\``).join(', ');
  const tops = foldersOnly(arrows);
  // A folder ranks as the first of its sub-folders.
  const topOrder = [...new Set(layers.flat().map(topOf))].filter((name) => tops.has(name));
  const lines = topOrder.map((top) => {
    const targets = topOrder.filter((name) => tops.get(top).has(name));
    return `| \`${top}\` | ${code(targets) || '–'} |`;
  });
  const rows = [...new Set(layers.map((line) => [...new Set(line.map(topOf))].join(' · ')))];
  const sections = topOrder.flatMap((top) => {
    const inside = order([...arrows.keys()].filter((name) => topOf(name) === top));
    if (inside.length < 2) return [];
    const imports = inside.map((name) => {
      const targets = order([...arrows.get(name).keys()].filter((target) => topOf(target) === top));
      return `| \`${name}\` | ${code(targets) || '–'} |`;
    });
    return `### ${top}\n\n| files in | import |\n|---|---|\n${imports.join('\n')}\n`;
  });
  return `# Architecture

This page shows the folders of \`src/\` and the imports between them. \`npm run architecture\` writes it, and
\`npm run architecture:check\` fails when it is out of date. [ADR 3](adr/0003-layers.md) gives the reasons for the order.

## Order

A folder may import every folder below it. Folders on one line do not import each other or each other's sub-folders.

\`\`\`text
${rows.join('\n')}
\`\`\`

\`scripts/layers.js\` declares the order, sub-folders included, and \`npm run lint\` enforces it for every file.

## Folders

Each folder with its sub-folders, and what it imports today:

| folder | imports |
|---|---|
${lines.join('\n')}

## Sub-folders

Sub-folders follow an order too. The name of the folder itself stands for the files directly in it.

${sections.join('\n')}`;
}

const arrows = await readArrows();
const problems = violations(arrows);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

const text = await format(describe(arrows), { ...(await resolveConfig(page)), parser: 'markdown' });
if (!process.argv.includes('--check')) {
  await writeFile(page, text);
  console.log(`Wrote ${page}.`);
} else if ((await readFile(page, 'utf8').catch(() => '')) === text) {
  console.log(`${page} is up to date.`);
} else {
  console.error(`${page} is out of date: run "npm run architecture" and commit it.`);
  process.exitCode = 1;
}
