import module from 'node:module';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';

/** The same as `engines` in package.json. */
const oldestNode = [22, 19] as const;

/**
 * On Ctrl-C the terminal signals the process, and `npm run` forwards the same signal to it again. A second signal within
 * this time is that copy. A later one forces the exit.
 */
const sameSignalMs = 1_000;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
  process.stderr.write(
    `Switchboard needs Node ${oldestNode.join('.')} or newer, and this is Node ${process.versions.node}.\n`,
  );
  process.exit(1);
}

// After a busy moment V8 may decide to allocate a request's objects in its old generation, and stays with that. They then keep
// later ones alive until the next full collection. See docs/adr/0017-hot-reads.md.
v8.setFlagsFromString('--no-allocation-site-pretenuring');

// Compiling the packages takes a quarter of the start. The cache is next to this file, where other users cannot write.
module.enableCompileCache(fileURLToPath(new URL('.compile-cache', import.meta.url)));

// A full disk or a reader that has ended must not end a process that serves requests. What it prints is lost.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {});

const interruption = new AbortController();
let interruptedAt: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interruptedAt ??= performance.now();
    if (performance.now() - interruptedAt > sameSignalMs) process.exit(130);
    interruption.abort();
  });
}

// Imported only now, so that an old Node prints the message above instead of a syntax error of a package.
const { workerArgument } = await import('./cli/worker-messages.js');
if (process.send && process.argv[2] === workerArgument) {
  const { runWorker } = await import('./cli/worker.js');
  process.exit(await runWorker(interruption.signal));
}
const { runCli } = await import('./cli/cli.js');
const exitCode = await runCli(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(`${text}\n`),
  stderr: (text) => process.stderr.write(`${text}\n`),
  signal: interruption.signal,
  terminal: process.stderr.isTTY ? process.stderr : null,
});
process.exit(exitCode);
