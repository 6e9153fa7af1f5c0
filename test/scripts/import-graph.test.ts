import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Project } from './project.js';

const page = 'docs/architecture.md';
const importing = (...files: string[]) =>
  files.map((file) => `import '${file}';\n`).join('') || 'export {};\n';

describe('architecture', () => {
  let project: Project;
  beforeEach(async () => {
    project = await Project.create();
    await project.write('tsconfig.json', '{ "compilerOptions": { "module": "nodenext" } }');
    await project.write(page, '');
    await project.write(
      'src/main.ts',
      importing('./oauth2/report/a.js', './oauth2/client.js', './errors.js'),
    );
    await project.write('src/oauth2/client.ts', importing('../net/a.js'));
    await project.write('src/oauth2/report/a.ts', importing('../client.js'));
    await project.write('src/net/a.ts', importing('../errors.js'));
    await project.write('src/errors.ts', importing());
  });
  afterEach(() => project.remove());

  const write = () => project.run('scripts/import-graph.mjs');
  const check = () => project.run('scripts/import-graph.mjs', '--check');

  it('writes the folders in their order with what they import, and checks that the page is current', async () => {
    expect(await check()).toMatchObject({ code: 1, lines: [expect.stringContaining('is out of date')] });
    expect(await write()).toEqual({ code: 0, lines: [`Wrote ${page}.`] });
    expect(await check()).toEqual({ code: 0, lines: [`${page} is up to date.`] });
    const rows = (await project.read(page)).split('\n').filter((line) => line.startsWith('| `'));
    expect(rows.map((row) => row.replaceAll(/\s+/g, ' '))).toEqual([
      '| `main.ts` | `oauth2`, `errors.ts` |',
      '| `oauth2` | `net` |',
      '| `net` | `errors.ts` |',
      '| `errors.ts` | – |',
      '| `oauth2/report` | `oauth2` |',
      '| `oauth2` | – |',
    ]);

    await project.write('src/net/a.ts', importing());
    expect(await check()).toEqual({ code: 1, lines: [expect.stringContaining('is out of date')] });
  });

  it('fails with imports against the order and folders that are not in it', async () => {
    await project.write('src/audit-log/a.ts', importing());
    await project.write('src/diagnosis/a.ts', importing('../audit-log/a.js'));
    await project.write('src/net/b.ts', "import type {} from '../oauth2/client.js';\n");
    await project.write('src/oauth2/b.ts', importing('./report/a.js'));
    await project.write('src/console/accounts/a.ts', importing('../servers/form/a.js'));
    await project.write('src/console/servers/form/a.ts', importing());
    await project.write('src/more/a.ts', importing());
    await write();
    const against = (from: string, to: string, example: string) =>
      `${from} must not import ${to}: ${example}`;
    const { code, lines } = await check();
    expect(code).toBe(1);
    expect(lines).toEqual(
      expect.arrayContaining([
        'more is missing in scripts/layers.js',
        against('diagnosis', 'audit-log', 'src/diagnosis/a.ts imports src/audit-log/a.ts'),
        against('net', 'oauth2', 'src/net/b.ts imports src/oauth2/client.ts'),
        against('oauth2', 'oauth2/report', 'src/oauth2/b.ts imports src/oauth2/report/a.ts'),
        against(
          'console/accounts',
          'console/servers/form',
          'src/console/accounts/a.ts imports src/console/servers/form/a.ts',
        ),
      ]),
    );
    expect(lines).toContain(`${page} is up to date.`);
  });

  it('fails with a cycle of folders, also one without a cycle of sub-folders', async () => {
    await project.write('src/more/one/a.ts', importing('../../other/two.js'));
    await project.write('src/more/three/a.ts', importing());
    await project.write('src/other/two.ts', importing('../more/three/a.js'));
    expect((await write()).lines).toContain('Cycle: more → other → more');
    await project.write('src/more/three/a.ts', importing('../one/a.js'));
    expect((await write()).lines).toContain('Cycle: more/one → other → more/three → more/one');
  });

  it('agrees with the lint', async () => {
    const lint = () =>
      project.run(
        'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
        'src',
        '--no-progress',
        '--config',
        fileURLToPath(new URL('../../.dependency-cruiser.js', import.meta.url)),
      );
    expect(await lint()).toMatchObject({ code: 0 });
    await project.write('src/net/a.ts', importing('../oauth2/report/b.js'));
    await project.write('src/oauth2/report/b.ts', importing());
    const { code, lines } = await lint();
    expect(code).toBeGreaterThan(0);
    expect(lines.join('\n')).toMatch(
      /error net-imports-only-what-is-below: src\/net\/a\.ts → src\/oauth2\/report\/b\.ts/,
    );
  });
});
