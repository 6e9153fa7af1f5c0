import module from 'node:module';
import { fileURLToPath } from 'node:url';

/** What MikroORM needs; elsewhere than on Linux, where the right Node is installed with the packages, it may be older. */
const oldestNode = [22, 17] as const;

/**
 * `npm run` passes a Ctrl-C on to a process that the terminal has told already, so what follows the first one at once is
 * the same one; only a later signal is a person who has no patience.
 */
const sameSignalMs = 1_000;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
  process.stderr.write(
    `Switchboard needs Node ${oldestNode.join('.')} or newer; this is ${process.version}.\n`,
  );
  process.exit(1);
}

// A quarter of what a start costs is compiling the packages. The cache lies beside this file, where nobody else can write.
module.enableCompileCache(fileURLToPath(new URL('.compile-cache', import.meta.url)));

const interruption = new AbortController();
let interruptedAt: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interruptedAt ??= performance.now();
    if (performance.now() - interruptedAt > sameSignalMs) process.exit(130);
    interruption.abort();
  });
}

// Imported only now, so that an old Node gets the message above and not a syntax error of some package.
const { runCli } = await import('./cli/cli.js');
const exitCode = await runCli(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(`${text}\n`),
  stderr: (text) => process.stderr.write(`${text}\n`),
  signal: interruption.signal,
  terminal: process.stderr.isTTY ? process.stderr : null,
});
process.exit(exitCode);
