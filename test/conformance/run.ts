// Runs the authorization scenarios of the official conformance suite, each at every version of the protocol that the
// suite lists for it; or those alone that are named as arguments.
import { spawn } from 'node:child_process';
import { startTestPostgres, stopTestPostgres } from '../support/postgres.js';
import { scenarios, extensions } from './scenarios.js';

interface Scenario {
  name: string;
  versions: readonly string[];
}

/** The suite's own limit for the client, and ours for the whole scenario, in milliseconds. */
const clientTimeoutMs = 60_000;
const deadlineMs = 90_000;

/** How many at once. Each has a database and ports of its own; a scenario waits more than it computes. */
const lanes = 2;

/** The process groups of what is running. */
const groups = new Set<number>();

/** The suite ends only the shell around its client; nothing of a scenario may outlive it. */
function killGroup(group: number): void {
  groups.delete(group);
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Everything in it has ended by itself.
  }
}

async function runSuite(args: readonly string[]): Promise<{ ok: boolean; output: string }> {
  const child = spawn('conformance', args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid !== undefined) groups.add(pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const deadline = setTimeout(() => {
    output += `\nNot done within ${deadlineMs} ms.\n`;
    if (pid !== undefined) killGroup(pid);
  }, deadlineMs);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code));
    });
    return { ok: code === 0, output };
  } finally {
    clearTimeout(deadline);
    if (pid !== undefined) killGroup(pid);
  }
}

/** The suite's authorization scenarios for clients. Those of extensions are of no version. */
async function listScenarios(): Promise<Scenario[]> {
  const { output } = await runSuite(['list', '--client']);
  return [...output.matchAll(/^ *- (auth\/\S+) \[([^\]]+)\]$/gm)].map(([, name = '', versions = '']) => ({
    name,
    versions: versions.split(',').filter((version) => version !== 'extension'),
  }));
}

/** @throws Error when the suite has other scenarios than we know of. */
function requireSameScenarios(listed: readonly Scenario[]): void {
  const known = [...scenarios, ...extensions];
  const names = listed.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  const gone = known.filter((name) => !names.includes(name));
  const mistaken = listed.filter(({ name, versions }) => scenarios.includes(name) !== versions.length > 0);
  if (unknown.length + gone.length + mistaken.length > 0) {
    throw new Error(
      `The suite has other scenarios than are listed here. ${JSON.stringify({ unknown, gone, mistaken })}`,
    );
  }
}

/** Whether the client held every check, the recommendations included. The suite counts warnings as failures too. */
async function runScenario(name: string, version: string): Promise<boolean> {
  const { ok, output } = await runSuite([
    'client',
    '--command=node --import tsx test/conformance/driver.ts',
    `--scenario=${name}`,
    `--spec-version=${version}`,
    `--timeout=${clientTimeoutMs}`,
  ]);
  const result = /^Passed: (\d+)\/\1, 0 failed, 0 warnings$/m.exec(output);
  const passed = ok && Number(result?.[1]) > 0;
  console.log(`${passed ? 'passed' : 'FAILED'}  ${name} ${version}`);
  if (!passed) console.log(output);
  return passed;
}

async function main(only: readonly string[]): Promise<void> {
  const listed = await listScenarios();
  requireSameScenarios(listed);
  const unknown = only.filter((name) => !scenarios.includes(name));
  if (unknown.length > 0) throw new Error(`No such scenario: ${unknown.join(', ')}`);
  const chosen = listed.filter(({ name }) => (only.length > 0 ? only : scenarios).includes(name));
  process.env.TEST_DATABASE_URL = await startTestPostgres();
  const waiting = chosen.flatMap(({ name, versions }) => versions.map((version) => ({ name, version })));
  const runs = waiting.length;
  const counts = { passed: 0, failed: 0 };
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let run = waiting.shift(); run; run = waiting.shift()) {
        counts[(await runScenario(run.name, run.version)) ? 'passed' : 'failed'] += 1;
      }
    }),
  );
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  if (counts.passed < runs) process.exitCode = 1;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    groups.forEach(killGroup);
    void stopTestPostgres().finally(() => process.exit(1));
  });
}
try {
  await main(process.argv.slice(2));
} finally {
  await stopTestPostgres();
}
