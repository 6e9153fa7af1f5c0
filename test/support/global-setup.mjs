// Jest loads this file before its transforms. With tsx, it can import the project's TypeScript.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

register();

export default async function globalSetup() {
  // The application serves the console and GraphiQL from dist/.
  const build = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));
  execFileSync(process.execPath, [build, '--if-changed', 'console', 'graphiql'], { stdio: 'inherit' });
  const { startTestPostgres } = await import('./postgres.ts');
  process.env.TEST_DATABASE_URL = await startTestPostgres();
}
