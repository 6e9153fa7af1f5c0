// The rules of imports. scripts/layers.js declares the order of the folders, and docs/architecture.md shows it.
import { everythingHasALayer, layerRules } from './scripts/layers.js';

/** Vite bundles the console for the browser. The rest of src is the server, and data for both. */
const console = '^src/console/';
const shared = '^src/servers/fields/';
const server = '^src/(?!console/|servers/fields/)';

/** The entries of the two programs. */
const entries = '^src/(main\\.ts|console/main\\.tsx)$';

/** Only files of the owner import the modules. */
const belongsTo = (owner, modules, comment) => ({
  name: `only-its-owner-imports-${modules[0].replaceAll(/\W+/g, '-')}`,
  comment,
  severity: 'error',
  from: { path: '^src/', pathNot: owner },
  to: { path: modules.map((module) => `^node_modules/${module}(/|$)`) },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    // The order of folders.
    everythingHasALayer,
    ...layerRules,
    {
      name: 'no-cycles',
      comment:
        'The order is between folders. Files in one folder must not import each other in a circle either.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'console-knows-only-the-schema',
      comment: 'The console reaches the server through GraphQL only.',
      severity: 'error',
      from: { path: console },
      to: { path: server },
    },
    {
      name: 'console-runs-in-a-browser',
      comment: 'A browser has no modules of Node.',
      severity: 'error',
      from: { path: [console, shared] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'product-never-imports-tests',
      comment: 'The build contains src alone.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|demo|scripts)/' },
    },
    {
      name: 'everything-is-reachable',
      comment: 'A file that no program imports is dead.',
      severity: 'error',
      from: { path: entries },
      to: { path: '^src/', pathNot: entries, reachable: false },
    },

    // Packages.
    {
      name: 'everything-resolves',
      comment: 'A misspelled import of a type is otherwise only found by the type check.',
      severity: 'error',
      from: { path: '^(src|test)/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'server-imports-production-dependencies',
      comment: 'Production installs omit the development dependencies.',
      severity: 'error',
      from: { path: [server, shared] },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
    {
      name: 'console-imports-declared-dependencies',
      comment: 'The build bundles the packages of the console, so they are development dependencies.',
      severity: 'error',
      from: { path: console },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    belongsTo(
      '^src/http/',
      ['express', '@as-integrations/express5'],
      'Other folders know no HTTP framework.',
    ),
    belongsTo('^src/graphql/', ['@apollo/server'], 'Resolvers and services know no GraphQL server.'),
    belongsTo('^src/oauth2/', ['oauth4webapi'], 'oauth2 has the protocol.'),
    belongsTo(
      '^src/(oauth2|identity/sign-in)/',
      ['openid-client'],
      'oauth2 authorizes at servers; sign-in authenticates at the identity provider.',
    ),
    belongsTo('^src/mcp/', ['@modelcontextprotocol/client', 'eventsource-parser'], 'mcp has the protocol.'),
    belongsTo('^src/(secrets|oauth2)/', ['jose'], 'secrets seals values; oauth2 reads JWTs.'),
    belongsTo('^src/config\\.ts$', ['zod'], 'Only configuration is parsed with it.'),
    belongsTo('^src/log\\.ts$', ['pino'], 'All other files know the Logger interface.'),
    belongsTo('^src/net/', ['undici'], 'Outgoing requests go through net/guarded-fetch.ts.'),
    {
      name: 'sockets-belong-to-net',
      comment: 'Outgoing requests go through net/guarded-fetch.ts. http/ listens with node:http.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(net|http)/' },
      to: { path: '^(node:)?(http|https|http2|net|tls|dgram)$', dependencyTypesNot: ['type-only'] },
    },

    // Files in one folder.
    belongsTo(
      '(\\.(type|input|resolver)\\.ts|^src/graphql/.*|^src/(audience|expected-rows|uuid-input)\\.ts)$',
      ['type-graphql'],
      'GraphQL classes are in files of their own.',
    ),
    {
      name: 'services-never-import-resolvers',
      comment: 'Within a folder, resolvers import services, never the reverse.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['\\.(resolver|type|input)\\.ts$', '^src/graphql/'] },
      to: { path: '\\.(resolver|type|input)\\.ts$' },
    },
    {
      name: 'entities-reach-no-queries',
      comment: 'An entity declares a table. Services query it.',
      severity: 'error',
      from: { path: '\\.entity\\.ts$' },
      to: { path: '^src/database/', reachable: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^test/(generated|interop/stacks)/' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      // A package of types alone has no other field.
      mainFields: ['module', 'main', 'types', 'typings'],
      extensions: ['.ts', '.tsx', '.js', '.mjs'],
    },
  },
};
