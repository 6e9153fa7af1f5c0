import { readFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import type { Stack } from '../../interop/stacks.js';
import type { Walk } from './walk.js';

export const reportFile = new URL('../../../docs/interoperability.md', import.meta.url);

const introduction = `# Interoperability

The authorization servers and MCP servers below are tested together with Switchboard. Each is installed from npm and set up as its
documentation shows. The test knows only the server's URL. It creates the server, connects an account in the provider's pages, lists and
calls tools, lets the access token expire twice, diagnoses, disconnects, and diagnoses again.

\`npm run test:interop\` runs the test, in CI too. \`npm run interop:report\` runs it and writes this page from its results.

"Settings" are the settings that Switchboard suggested, as the test entered them. Stacks without settings work with the URL alone.
`;

/** Writes the page from the results of a run. */
export async function interoperabilityPage(walks: ReadonlyMap<Stack, Walk>): Promise<string> {
  const versions = await installedVersions();
  const header = [
    'Stack',
    'Versions',
    'Sign-in',
    'Tools',
    'Refresh',
    'Disconnect',
    'Diagnosis',
    'Settings',
    'Remarks',
  ];
  const rows = [...walks].map(([stack, walk]) => [
    stack.name,
    stack.packages.map((name) => versions[name] ?? name).join('<br>'),
    walk.authType === 'OAUTH2' ? 'connected' : 'none needed',
    'listed, called',
    refreshed(stack, walk),
    walk.disconnected ?? '–',
    'succeeded',
    walk.settings.map((setting) => `\`${withoutPort(setting)}\``).join('<br>') || '–',
    (stack.remarks ?? []).join('<br>') || '–',
  ]);
  const table = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const options = await resolveConfig(reportFile);
  return format(`${introduction}\n${table.join('\n')}\n`, { ...options, parser: 'markdown' });
}

/** Removes what differs between runs. */
function withoutPort(setting: string): string {
  return setting.replaceAll(/(127\.0\.0\.1|localhost):\d+/g, '$1:PORT');
}

function refreshed(stack: Stack, { refreshes }: Walk): string {
  if (refreshes === null) return '–';
  return stack.hasNoRefreshToken ? 'no refresh token' : `${refreshes} times`;
}

/** Returns each package with its exact version. An alias (`npm:package@version`) is replaced by what it names. */
async function installedVersions(): Promise<Record<string, string>> {
  const file = new URL('../../interop/package.json', import.meta.url);
  const { dependencies } = JSON.parse(await readFile(file, 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return Object.fromEntries(
    Object.entries(dependencies).map(([name, version]) => {
      const [, aliased = name, exact = version] = /^npm:(.+)@(.+)$/.exec(version) ?? [];
      return [name, `${aliased} ${exact}`];
    }),
  );
}
