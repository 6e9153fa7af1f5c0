/**
 * The layers of a connection to an MCP server, from the bottom up. A failure belongs to the lowest layer that does not
 * work.
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
