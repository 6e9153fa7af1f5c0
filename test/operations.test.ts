import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, graphql, Installation } from './support/command-line.js';

// Runs the commands of docs/operations.md as they are written there.

const root = fileURLToPath(new URL('..', import.meta.url));

let installation: Installation;
beforeAll(async () => {
  await build();
  installation = await Installation.make();
});
afterAll(() => installation.remove());

/** Reads the code block of this name, whose fence begins with "sh <name>". */
async function readBlock(name: string): Promise<string> {
  const text = await readFile(path.join(root, 'docs/operations.md'), 'utf8');
  const block = new RegExp(`^\`\`\`sh ${name}\\n([^]*?)^\`\`\`$`, 'm').exec(text)?.[1];
  if (block === undefined) throw new Error(`docs/operations.md has no code block "${name}".`);
  return block;
}

/** Runs code blocks in one shell, in the project's folder. @throws Error with the output, if a command fails */
async function run(blocks: readonly string[], env: Record<string, string>): Promise<string> {
  const script = (await Promise.all(blocks.map(readBlock))).join('\n');
  const { PATH = '', HOME = '' } = process.env;
  const options = { cwd: root, env: { PATH, HOME, LOG_LEVEL: 'warn', ...env } };
  return (await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], options)).stdout;
}

const create = `mutation ($slug: String!) { createMcpServerConfig(input: {
  slug: $slug, displayName: "S", url: "https://mcp.example.com", authType: API_KEY, apiKeyValue: "secret", enabled: true
}) { server { id } } }`;
const list = '{ mcpServerConfigs { slug hasApiKey } }';

test('restores a backup in which every value opens and later changes are absent', async () => {
  const { dataDir } = installation;
  const places = {
    DATA_DIR: dataDir,
    BACKUP: path.join(path.dirname(dataDir), 'backup'),
    RESTORED: path.join(path.dirname(dataDir), 'restored'),
  };
  const server = await installation.serve();
  const args = ['create-api-token', '--email', 'admin@localhost', '--name', 'drill', '--scope', 'ADMIN'];
  const { token } = await installation.json<{ token: string }>(args);
  for (const slug of ['one', 'two']) await graphql(server.ready.url, token, create, { slug });
  // A running server refuses the backup: its copy would be inconsistent.
  await expect(run(['backup'], places)).rejects.toThrow();
  await expect(stat(places.BACKUP)).rejects.toThrow();
  await server.stop();

  await run(['backup'], places);
  expect((await stat(path.join(places.BACKUP, 'encryption-keys'))).mode & 0o777).toBe(0o600);
  await expect(stat(path.join(places.BACKUP, 'data/encryption-keys'))).rejects.toThrow();

  const again = await installation.serve();
  await graphql(again.ready.url, token, create, { slug: 'later' });
  const output = await run(['restore', 'verify'], places);
  expect(output).toMatch(/^k[0-9a-f]{8} {2}2 values {2}\(seals\)$/m);
  expect(output).toContain('2 values resealed with "drill".');
  // The test of the backup leaves the original unchanged.
  expect(await graphql(again.ready.url, token, list)).toMatchObject({
    mcpServerConfigs: expect.arrayContaining([{ slug: 'later', hasApiKey: true }]) as unknown,
  });
  await again.stop();

  await run(['restore'], places);
  const restored = await installation.serve({ DATA_DIR: path.join(places.RESTORED, 'data') });
  expect(await graphql(restored.ready.url, token, list)).toEqual({
    mcpServerConfigs: [
      { slug: 'one', hasApiKey: true },
      { slug: 'two', hasApiKey: true },
    ],
  });
  await restored.stop();
}, 240_000);
