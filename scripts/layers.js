// The folders of src from the outside in. A folder imports only what is below it. Folders on one line do not import each
// other or each other's sub-folders. A name without a sub-folder means the files that are directly in that folder.
// .dependency-cruiser.js turns this list into rules.

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
  ['app.ts', 'config.ts'],
  ['config-values.ts'],
  ['entities.ts'],
  ['http'],
  ['http/routes'],
  ['http/pages'],
  ['http/requests'],
  ['graphql'],
  ['graphql/cost'],
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
  ['mcp/sessions'],
  ['servers/store'],
  ['identity/sign-in'],
  ['identity/api-tokens'],
  ['identity/users'],
  ['identity/access-tokens'],
  ['identity'],
  ['identity/store'],
  ['audit'],
  ['mcp'],
  ['mcp/reader'],
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
  ['paging'],
  ['audience.ts', 'expected-rows.ts', 'uuid-input.ts'],
  ['log.ts', 'log-output.ts'],
  ['errors.ts', 'uuid.ts', 'time-limit.ts', 'servers/fields'],
  ['input-limits.ts', 'text.ts'],
];

/** Returns the folders that each folder may import. */
export const importable = new Map(
  layers.flatMap((line, index) => {
    const below = layers.slice(index + 1).flat();
    return line.map((name) => {
      const siblings = line.filter((other) => other !== name);
      return [name, below.filter((folder) => !siblings.some((other) => folder.startsWith(`${other}/`)))];
    });
  }),
);

const pathOf = (name) =>
  name.endsWith('.ts') ? `^src/${name.replaceAll('.', '\\.')}$` : `^src/${name}/[^/]+$`;

/** One rule for each folder. It forbids every import from src that is neither the folder's own nor importable. */
export const layerRules = [...importable].map(([name, below]) => ({
  name: `${name.replaceAll('/', '-')}-imports-only-what-is-below`,
  comment: 'scripts/layers.js has the order.',
  severity: 'error',
  from: { path: pathOf(name) },
  to: { path: '^src/', pathNot: [name, ...below].map(pathOf) },
}));

/** Forbids a file that belongs to no layer. A new folder needs its line in the list. */
export const everythingHasALayer = {
  name: 'everything-has-a-layer',
  comment: 'A new folder is added to scripts/layers.js, so that the order applies to it.',
  severity: 'error',
  from: { path: '^src/', pathNot: layers.flat().map(pathOf) },
  to: {},
};
