// Runs the authorization scenarios of the official conformance suite, each at every protocol version that the suite lists
// for it. With arguments, runs only the named scenarios.
import { spawn } from 'node:child_process';
import { startTestPostgres, stopTestPostgres } from '../support/postgres.js';
import { scenarios, extensions } from './scenarios.js';

interface Scenario {
  name: string;
  versions: readonly string[];
}

/** The suite's timeout of the client, and the timeout of the whole scenario, in milliseconds. */
const clientTimeoutMs = 60_000;
const deadlineMs = 90_000;

/** The number of concurrent scenarios. Each has its own database and ports, and waits more than it computes. */
const lanes = 2;

/** The process groups of running scenarios. */
const groups = new Set<number>();

/** Kills every process of a scenario. The suite itself ends only the shell around its client. */
function killGroup(group: number): void {
  groups.delete(group);
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // All of its processes have ended.
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
    output += `\nTimed out after ${deadlineMs} ms.\n`;
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

/** Lists the suite's authorization scenarios for clients. Scenarios of extensions have no version. */
async function listScenarios(): Promise<Scenario[]> {
  const { output } = await runSuite(['list', '--client']);
  return [...output.matchAll(/^ *- (auth\/\S+) \[([^\]]+)\]$/gm)].map(([, name = '', versions = '']) => ({
    name,
    versions: versions.split(',').filter((version) => version !== 'extension'),
  }));
}

/** @throws Error if the suite has other scenarios than scenarios.ts */
function requireSameScenarios(listed: readonly Scenario[]): void {
  const known = [...scenarios, ...extensions];
  const names = listed.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  const gone = known.filter((name) => !names.includes(name));
  const mistaken = listed.filter(({ name, versions }) => scenarios.includes(name) !== versions.length > 0);
  if (unknown.length + gone.length + mistaken.length > 0) {
    throw new Error(
      `The suite has other scenarios than scenarios.ts. ${JSON.stringify({ unknown, gone, mistaken })}`,
    );
  }
}

/** Returns true if the client passes every check, including the recommendations, which the suite reports as warnings. */
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
