import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import pg from 'pg';
import { DatabaseSetupError } from '../src/database/database-setup-error.js';
import { describeFailure } from '../src/log.js';
import { build } from './support/command-line.js';

beforeAll(build);

const built = (file: string) => JSON.stringify(new URL(`../dist/${file}`, import.meta.url).href);

/** A module that opens the log as a serving process does. */
const opensLog = `
    const { createLog } = await import(${built('log.js')});
    const { openLogOutput } = await import(${built('log-output.js')});`;

test('describes an error by its name, code, message and stack', () => {
  const failure = describeFailure(Object.assign(new TypeError('fetch failed'), { code: 'ECONNREFUSED' }));
  expect(failure).toMatchObject({ name: 'TypeError', code: 'ECONNREFUSED', message: 'fetch failed' });
  expect(failure.stack[0]).toMatch(/^at .*log\.test\.ts/);
});

test.each([
  ['the database driver', new pg.DatabaseError('value "secret" is invalid', 0, 'error')],
  ['JSON parsing', new SyntaxError('Unexpected token in "secret"')],
])('omits a message of %s, which quotes data', (_what, error) => {
  expect(JSON.stringify(describeFailure(error))).not.toContain('secret');
});

test('keeps the message of an error in the setup of the database, which is Switchboard’s own', () => {
  expect(describeFailure(new DatabaseSetupError('It is too old.'))).toMatchObject({
    message: 'It is too old.',
  });
});

test.each([
  ['exits', 'process.exit(0)'],
  ['fails with an uncaught error', "throw new Error('crash')"],
  ['has nothing left to do', ''],
])('writes every line to stderr when the process %s', (_how, end) => {
  const script = `${opensLog}
    const log = createLog('info', openLogOutput());
    for (let line = 0; line < 1_000; line += 1) log.info({ line }, 'A line');
    ${end}`;
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  const lines = stderr.split('\n').filter((line) => line.includes('"A line"'));
  expect(lines.map((line) => (JSON.parse(line) as { line: number }).line)).toEqual(
    Array.from({ length: 1_000 }, (_, line) => line),
  );
});

test('writes a single line without another one that follows it', async () => {
  const script = `${opensLog}
    createLog('info', openLogOutput()).info('A line');
    setInterval(() => {}, 1_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [line] = (await once(child.stderr, 'data')) as [Buffer];
  child.kill('SIGKILL');
  expect(line.toString()).toContain('A line');
});
