/**
 * What a connection to an MCP server is made of, from the bottom up. A failure has one layer: the first that does not
 * hold, whatever would be wrong above it.
 */
export const Layer = {
  DNS: 'DNS',
  ADDRESS: 'ADDRESS',
  CONNECT: 'CONNECT',
  TLS: 'TLS',
  HTTP: 'HTTP',
  MCP: 'MCP',
  RESOURCE_METADATA: 'RESOURCE_METADATA',
  AUTHORIZATION_SERVER_METADATA: 'AUTHORIZATION_SERVER_METADATA',
  CONFIGURATION: 'CONFIGURATION',
  CLIENT: 'CLIENT',
  CREDENTIALS: 'CREDENTIALS',
  TOKEN: 'TOKEN',
} as const;
export type Layer = (typeof Layer)[keyof typeof Layer];

/** Whose turn it is after a failure. */
export const ResponsibleParty = {
  ADMINISTRATOR: 'ADMINISTRATOR',
  MCP_SERVER: 'MCP_SERVER',
  PROVIDER: 'PROVIDER',
  NETWORK: 'NETWORK',
} as const;
export type ResponsibleParty = (typeof ResponsibleParty)[keyof typeof ResponsibleParty];

/** Who runs what a request goes to: the MCP server, or the authorization server in front of it. */
export type Operator = 'MCP_SERVER' | 'PROVIDER';

/** Where a failure lies, and who can do something about it. */
export interface Blame {
  layer: Layer;
  responsibleParty: ResponsibleParty;
}
