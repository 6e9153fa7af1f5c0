// Who may import whom. scripts/layers.js has the order of the folders; docs/architecture.md shows it.
import { everythingHasALayer, layerRules } from './scripts/layers.js';

const onlyImporter = (modules, importers, comment) => ({
  name: `only-${modules[0].replaceAll(/\W+/g, '-')}-importers`,
  comment,
  severity: 'error',
  from: { path: '^src/', pathNot: importers },
  to: { path: modules.map((module) => `^node_modules/${module}(/|$)`) },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports is dead. The process entry is loaded by name.',
      severity: 'error',
      from: {
        orphan: true,
        path: '^src/',
        pathNot: ['^src/main\\.ts$', '^src/console/main\\.tsx$', '\\.d\\.ts$'],
      },
      to: {},
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: { path: '^(src|test)/' },
      to: { couldNotResolve: true, pathNot: '^@graphql-typed-document-node/core$' },
    },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/console/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
    {
      name: 'console-takes-only-what-is-declared',
      comment: 'It is bundled when it is built, so what it needs is for development.',
      severity: 'error',
      from: { path: '^src/console/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'console-knows-only-the-schema',
      comment:
        'It runs in a browser and reaches the server by GraphQL alone. servers/fields is plain data without imports: the table of the fields that its form edits.',
      severity: 'error',
      from: { path: '^src/console/' },
      to: { path: '^(src/(?!console/|servers/fields/)|node:)' },
    },
    {
      name: 'views-stay-apart',
      comment:
        'Each folder of a view is a chunk of its own; what two of them need goes to ui/, graphql/ or session/.',
      severity: 'error',
      from: { path: '^src/console/(accounts|servers|people|tokens|audit)/' },
      to: {
        path: '^src/console/(accounts|servers|people|tokens|audit)/',
        pathNot: '^src/console/$1/',
      },
    },
    {
      name: 'product-never-imports-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|demo|scripts)/' },
    },

    everythingHasALayer,
    // TEMPORARY: database still imports upwards.
    ...layerRules.filter(({ name }) => !name.startsWith('database-imports')),

    {
      name: 'config-is-handed-down',
      comment: 'Only the process edge reads configuration; everyone else is handed values.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/(app|config|main)\\.ts$', '^src/cli/'],
      },
      to: { path: '^src/config\\.ts$' },
    },
    {
      name: 'services-never-import-resolvers',
      comment: 'In a folder: resolver -> service -> entity, never back.',
      severity: 'error',
      from: {
        path: '^src/(identity|servers|accounts|tools|diagnosis|audit-log)/',
        pathNot: '\\.(resolver|type|input)\\.ts$',
      },
      to: { path: '\\.(resolver|type|input)\\.ts$' },
    },
    {
      name: 'entities-import-only-entities',
      severity: 'error',
      from: { path: '\\.entity\\.ts$' },
      to: {
        path: '^src/',
        pathNot: [
          '\\.entity\\.ts$',
          '^src/errors\\.ts$',
          '^src/diagnosis/diagnosis\\.ts$',
          '^src/oauth2/(client|compatibility|discovery/authorization-server-metadata)\\.ts$',
          '^src/secrets/sealed\\.ts$',
        ],
      },
    },

    onlyImporter(
      ['type-graphql'],
      ['\\.(type|input|resolver)\\.ts$', '^src/graphql/', '^src/audience\\.ts$'],
      'GraphQL classes are apart from the domain.',
    ),
    onlyImporter(['express', '@as-integrations/express5'], ['^src/http/'], 'express stays in http.'),
    onlyImporter(['@apollo/server'], ['^src/graphql/', '^src/http/'], 'Apollo stays at the edge.'),
    onlyImporter(['oauth4webapi'], ['^src/oauth2/'], 'The protocol lives in oauth2.'),
    onlyImporter(
      ['openid-client'],
      ['^src/oauth2/', '^src/identity/'],
      'Grants live in oauth2, sign-in in identity.',
    ),
    onlyImporter(['@modelcontextprotocol/client'], ['^src/mcp/'], 'The MCP protocol lives in mcp.'),
    onlyImporter(['undici'], ['^src/net/'], 'One door out.'),
    onlyImporter(
      ['jose'],
      ['^src/secrets/', '^src/oauth2/'],
      'Sealing lives in secrets; oauth2 reads a JWT expiry.',
    ),
    onlyImporter(['zod'], ['^src/config\\.ts$'], 'Configuration is parsed once.'),
    onlyImporter(['pino'], ['^src/log\\.ts$'], 'One log.'),
    {
      name: 'one-door-out',
      comment: 'Outgoing requests go through net/guarded-fetch.ts.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/net/', '^src/app\\.ts$', '^src/cli/', '^src/http/', '^src/database/'],
      },
      to: { path: '^(node:)?(http|https|http2|net|tls|dgram)$', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'test/generated' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs'],
    },
  },
};
