// Keeps the schema of each release as docs/schema/<version>.graphql. Without arguments, writes the one of package.json's version
// from schema.graphql. With --check, fails if schema.graphql breaks clients of the last release, or a release those of the one
// before.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { breakingChanges, deprecationMistakes } from './schema-compatibility.js';

const folder = 'docs/schema';
/** The last version that was released before schemas were kept. */
const lastWithoutSchema = '0.1.0';

const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
const current = await readFile('schema.graphql', 'utf8');
const fileOf = (release: string) => `${folder}/${release}.graphql`;

if (process.argv.includes('--check')) {
  const problems = await check();
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
} else {
  await release();
}

/** Writes the schema of this version. A schema that was written before never changes. */
async function release(): Promise<void> {
  const file = fileOf(version);
  const kept = await readFile(file, 'utf8').catch(() => current);
  if (kept !== current) {
    console.error(`${file} has another schema. Set the new version in package.json first.`);
    process.exitCode = 1;
    return;
  }
  await mkdir(folder, { recursive: true });
  await writeFile(file, current);
  console.log(`Wrote ${file}.`);
}

async function check(): Promise<string[]> {
  const releases = await releasedVersions();
  const last = releases.at(-1);
  const deprecations = deprecationMistakes(current).map((mistake) => `schema.graphql: ${mistake}`);
  if (last === undefined && version === lastWithoutSchema) {
    console.log(`No schema to compare with: ${version} was released before schemas were kept.`);
    return deprecations;
  }
  if (last !== version) {
    return [
      `The last schema in ${folder} must be that of ${version}. At a release, run: npm run schema:release`,
    ];
  }
  const texts = [
    ...(await Promise.all(releases.map((release) => readFile(fileOf(release), 'utf8')))),
    current,
  ];
  const names = [...releases.map(fileOf), 'schema.graphql'];
  const today = new Date().toISOString().slice(0, 10);
  const breaking = texts
    .slice(1)
    .flatMap((text, index) =>
      breakingChanges(texts[index] ?? '', text, today).map(
        (change) => `${names[index + 1]} breaks clients of ${names[index]}: ${change}`,
      ),
    );
  if (breaking.length === 0) console.log(`schema.graphql is compatible with ${fileOf(version)}.`);
  return [...deprecations, ...breaking];
}

/** Returns the versions of the schemas that are kept, in their order. */
async function releasedVersions(): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => /^(\d+\.\d+\.\d+)\.graphql$/.exec(name)?.[1] ?? [])
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}
