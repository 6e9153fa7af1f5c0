// The folders of src from the outside in. A folder imports only what stands below it; folders on one line never import
// each other. A name without a sub-folder means the files that lie directly in that folder.
// .dependency-cruiser.js makes rules of it.

/** @type {readonly (readonly string[])[]} */
export const layers = [
  ['console'],
  ['console/shell'],
  ['console/accounts', 'console/servers', 'console/people', 'console/tokens', 'console/audit'],
  ['console/servers/form'],
  ['console/servers/steps'],
  ['console/servers/parts'],
  ['console/session'],
  ['console/ui'],
  ['console/ui/form'],
  ['console/graphql'],
  ['console/generated'],
  ['main.ts'],
  ['cli'],
  ['app.ts'],
  ['http'],
  ['http/routes'],
  ['http/pages'],
  ['http/requests'],
  ['graphql'],
  ['diagnosis', 'audit-log'],
  ['tools'],
  ['accounts/graphql'],
  ['accounts'],
  ['accounts/authorize'],
  ['accounts/failures'],
  ['accounts/access'],
  ['accounts/store'],
  ['accounts/revoke'],
  ['servers/graphql'],
  ['servers'],
  ['servers/changes'],
  ['servers/settings'],
  ['servers/store'],
  ['identity/sign-in', 'identity/api-tokens'],
  ['identity/users'],
  ['identity/access-tokens'],
  ['identity'],
  ['identity/store'],
  ['audit'],
  ['mcp'],
  ['oauth2/requests'],
  ['oauth2/discovery'],
  ['oauth2/report'],
  ['oauth2'],
  ['background'],
  ['secrets'],
  ['database/embedded'],
  ['database'],
  ['database/migrations'],
  ['net'],
  ['config.ts'],
  ['paging'],
  ['audience.ts'],
  ['log.ts'],
  ['errors.ts', 'uuid.ts', 'servers/fields'],
];

const pathOf = (name) =>
  name.endsWith('.ts') ? `^src/${name.replaceAll('.', '\\.')}$` : `^src/${name}/[^/]+$`;

/** One rule for each folder: it forbids every import of src that is neither its own nor below it. */
export const layerRules = layers.flatMap((line, index) => {
  const below = layers.slice(index + 1).flat();
  return line.map((name) => ({
    name: `${name.replaceAll('/', '-')}-imports-only-what-is-below`,
    severity: 'error',
    from: { path: pathOf(name) },
    to: { path: '^src/', pathNot: [name, ...below].map(pathOf) },
  }));
});

/** A file that belongs to no layer: a new folder needs its line above. */
export const everythingHasALayer = {
  name: 'everything-has-a-layer',
  severity: 'error',
  from: { path: '^src/', pathNot: layers.flat().map(pathOf) },
  to: {},
};
