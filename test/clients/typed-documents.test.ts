import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { minifyIntrospection, outputIntrospectionFile } from '@gql.tada/internal';
import { buildSchema, introspectionFromSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { startApp, type TestApp } from '../support/app.js';
import { seedApiToken, seedServer, seedSignedInUser } from '../support/seed.js';
import { makeClientProject, type ClientProject } from './project.js';

const document = `query Servers($slug: String!) {
  viewer { email access { canAdminister } }
  mcpServerConfig(slug: $slug) { id displayName transport createdAt }
}`;

/** A program that sends the document. The compiler refuses it if the types of variables or results are wrong. */
const program = (imports: string) => `import { print } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
${imports}

const servers = graphql(\`${document}\`);

async function send<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables) {
  const response = await fetch(process.env.ORIGIN + '/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer ' + process.env.TOKEN },
    body: JSON.stringify({ query: print(document), variables }),
  });
  return ((await response.json()) as { data: Data }).data;
}

const { viewer, mcpServerConfig } = await send(servers, { slug: 'typed' });
const email: string = viewer.email;
const created: string | undefined = mcpServerConfig?.createdAt;
const transport: 'SSE' | 'STREAMABLE_HTTP' | null | undefined = mcpServerConfig?.transport;
console.log(JSON.stringify({ email, name: mcpServerConfig?.displayName, transport, created: typeof created }));
`;

/** Each generator: its project's files, and what writes the types. */
const generators: [string, Record<string, string>, (project: ClientProject) => Promise<void>][] = [
  [
    'graphql-codegen’s client preset',
    {
      'codegen.mjs': `export default {
        schema: './schema.graphql',
        documents: ['src/*.ts'],
        generates: {
          './src/generated/': {
            preset: 'client',
            config: {
              useTypeImports: true,
              enumsAsTypes: true,
              strictScalars: true,
              scalars: { DateTimeISO: 'string', JSON: 'unknown', JSONObject: 'Record<string, unknown>' },
            },
          },
        },
      };`,
      'src/program.ts': program(`import { graphql } from './generated';`),
    },
    async (project) => {
      const { code, output } = await project.run('graphql-codegen', ['--config', 'codegen.mjs']);
      if (code !== 0) throw new Error(output);
    },
  ],
  [
    'gql.tada',
    {
      'src/program.ts': program(`import { initGraphQLTada } from 'gql.tada';
        import type { introspection } from './graphql-env.d.ts';
        const graphql = initGraphQLTada<{
          introspection: introspection;
          scalars: { DateTimeISO: string; JSON: unknown; JSONObject: Record<string, unknown> };
        }>();`),
    },
    // What `gql.tada generate-output` writes. The command itself needs TypeScript 5 or 6.
    async ({ folder }) => {
      const schema = buildSchema(readFileSync(path.join(folder, 'schema.graphql'), 'utf8'));
      const introspection = minifyIntrospection(introspectionFromSchema(schema));
      const types = outputIntrospectionFile(introspection, { fileType: '.d.ts', shouldPreprocess: true });
      await writeFile(path.join(folder, 'src/graphql-env.d.ts'), types);
    },
  ],
];

let app: TestApp;
let env: Record<string, string>;
let email: string;
beforeAll(async () => {
  app = await startApp();
  const user = await seedSignedInUser(app, { role: 'ADMIN' });
  email = user.email;
  env = { ORIGIN: app.url, TOKEN: await seedApiToken(app, email, 'ADMIN') };
  await seedServer(app, { slug: 'typed', displayName: 'Typed' });
});
afterAll(() => app.close());

test.each(generators)(
  '%s types documents by schema.graphql, and they run',
  async (_name, files, generate) => {
    const project = await makeClientProject(files);
    try {
      await generate(project);
      expect(await project.run('tsc', ['-p', '.'])).toEqual({ code: 0, stdout: '', output: '' });
      const { stdout, output } = await project.run('tsx', ['src/program.ts'], env);
      expect(output).toBe(stdout);
      expect(JSON.parse(stdout)).toEqual({
        email,
        name: 'Typed',
        transport: 'STREAMABLE_HTTP',
        created: 'string',
      });
      // A variable of the wrong type, and a field that was not selected.
      const source = files['src/program.ts']!;
      await project.write('src/program.ts', source.replace("slug: 'typed'", 'slug: 1'));
      expect((await project.run('tsc', ['-p', '.'])).output).toMatch(
        /'number' is not assignable to type 'string'/,
      );
      await project.write('src/program.ts', source.replace('viewer.email;', 'viewer.role;'));
      expect((await project.run('tsc', ['-p', '.'])).output).toMatch(/Property 'role' does not exist/);
    } finally {
      await project.remove();
    }
  },
);
