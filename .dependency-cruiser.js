// Who may import whom. The order, from the outside in:
// main -> cli -> app -> {graphql, http} -> {diagnosis, audit-log} -> connections -> servers -> identity -> audit;
// oauth2 -> net; errors, log and keyset for all.
// docs/adr/0003-layers.md says why.

const layer = (name, allowed, comment) => ({
  name: `${name}-imports-only-what-lies-below`,
  comment,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: {
    path: '^src/',
    pathNot: [
      `^src/${name}/`,
      '^src/(errors|log|keyset)\\.ts$',
      ...allowed.map((folder) => `^src/${folder}`),
    ],
  },
});

const onlyImporter = (modules, importers, comment) => ({
  name: `only-${modules[0].replaceAll(/\W+/g, '-')}-importers`,
  comment,
  severity: 'error',
  from: { path: '^src/', pathNot: importers },
  to: { path: modules.map((module) => `^node_modules/${module}(/|$)`) },
});

/** The leaf that declares a field's audience: it imports nothing of ours but the viewer, so every type may use it. */
const audience = 'graphql/audience\\.ts$';

/** A leaf as well: what every list in pages says of its page. */
const pageInfo = 'graphql/page-info\\.type\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      comment:
        'A file that nothing imports is dead. The process entry and the migrations are loaded by name.',
      severity: 'error',
      from: {
        orphan: true,
        path: '^src/',
        pathNot: ['^src/main\\.ts$', '^src/console/main\\.tsx$', '^src/database/migrations/', '\\.d\\.ts$'],
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
      comment: 'It runs in a browser: the server reaches it as GraphQL alone.',
      severity: 'error',
      from: { path: '^src/console/' },
      to: { path: '^(src/(?!console/)|node:)' },
    },
    {
      name: 'server-never-imports-the-console',
      comment: 'It serves the files that the build made of it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/console/' },
      to: { path: '^src/console/' },
    },
    {
      name: 'views-stay-apart',
      comment:
        'Each folder of a view is a chunk of its own; what two of them need goes to ui/, graphql/ or session/.',
      severity: 'error',
      from: { path: '^src/console/(connections|servers|people|tokens|audit)/' },
      to: {
        path: '^src/console/(connections|servers|people|tokens|audit)/',
        pathNot: '^src/console/$1/',
      },
    },
    {
      name: 'product-never-imports-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|demo|scripts)/' },
    },

    layer('audit', [], 'audit only records: whoever does something uses it.'),
    layer('net', [], 'net knows only how to reach out safely.'),
    layer('secrets', [], 'secrets knows only how to seal and open.'),
    layer('oauth2', ['net/'], 'oauth2 is protocol only: no database, no people.'),
    layer(
      'mcp',
      ['net/', 'oauth2/challenge\\.ts$'],
      'mcp is protocol only; a challenge is read as OAuth reads it.',
    ),
    layer('identity', ['audit/', 'net/', audience], 'identity knows nothing of servers or connections.'),
    layer(
      'servers',
      ['audit/', 'identity/', 'oauth2/', 'secrets/', 'net/', audience],
      'servers knows nothing of connections.',
    ),
    layer(
      'connections',
      ['servers/', 'audit/', 'identity/', 'mcp/', 'oauth2/', 'secrets/', 'net/', audience, pageInfo],
      'connections is the top of the domain, but for what looks at all of it.',
    ),
    layer(
      'diagnosis',
      ['connections/', 'servers/', 'identity/', 'mcp/', 'oauth2/', 'secrets/', 'net/', audience],
      'diagnosis looks at every layer; none of them knows it.',
    ),
    layer(
      'audit-log',
      ['audit/', 'identity/', audience, pageInfo],
      'audit-log reads what was recorded, for administrators.',
    ),
    layer(
      'graphql',
      ['diagnosis/', 'audit-log/', 'connections/', 'servers/', 'identity/'],
      'graphql never sees http or the process.',
    ),
    layer('background', [], 'background knows how tasks are run, not what they do.'),
    layer(
      'http',
      ['graphql/', 'connections/', 'servers/', 'identity/'],
      'http never sees the process or the database.',
    ),
    layer(
      'database',
      [
        'background/.*\\.entity',
        'diagnosis/.*\\.entity',
        'audit/.*\\.entity',
        'connections/.*\\.entity',
        'servers/.*\\.entity',
        'identity/.*\\.entity',
        'secrets/',
        'config\\.ts$',
      ],
      'database knows the entities, not the services.',
    ),

    {
      name: 'config-is-handed-down',
      comment: 'Only the process edge reads configuration; everyone else is handed values.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/(cli|app|config|main)\\.ts$', '^src/commands/', '^src/database/orm\\.ts$'],
      },
      to: { path: '^src/config\\.ts$' },
    },
    {
      name: 'services-never-import-resolvers',
      comment: 'In a folder: resolver -> service -> entity, never back.',
      severity: 'error',
      from: {
        path: '^src/(identity|servers|connections|diagnosis)/',
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
          '^src/oauth2/(client|authorization-server-metadata|compatibility|discovery)\\.ts$',
          '^src/secrets/sealed\\.ts$',
        ],
      },
    },

    onlyImporter(
      ['type-graphql'],
      ['\\.(type|input|resolver)\\.ts$', '^src/graphql/'],
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
        pathNot: [
          '^src/net/',
          '^src/app\\.ts$',
          '^src/cli\\.ts$',
          '^src/commands/',
          '^src/http/',
          '^src/database/',
        ],
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
