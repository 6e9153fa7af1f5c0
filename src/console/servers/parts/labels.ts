import type {
  DiagnosticLayer,
  McpServerAuthType,
  McpServerAvailability,
  ResponsibleParty,
} from '../../generated/servers.js';

export const authTypes: Record<McpServerAuthType, { label: string; hint: string }> = {
  OAUTH2: { label: 'OAuth 2', hint: 'Every person connects an account of their own.' },
  API_KEY: { label: 'API key', hint: 'One key in one header, the same for everybody.' },
  CUSTOM_HEADERS: { label: 'Custom headers', hint: 'Several headers, the same for everybody.' },
  NONE: { label: 'None', hint: 'The server is open.' },
};

export const availabilities: Record<McpServerAvailability, { label: string; hint: string }> = {
  DEFAULT_OFF: { label: 'Off until switched on', hint: 'Each person switches it on in your products.' },
  DEFAULT_ON: { label: 'On until switched off', hint: 'Each person may switch it off.' },
  FORCE_ON: { label: 'Always on', hint: 'For everybody; nobody may switch it off.' },
};

export const actors: Record<ResponsibleParty, string> = {
  ADMINISTRATOR: 'You can put this right',
  MCP_SERVER: 'Whoever operates the MCP server has to act',
  PROVIDER: 'The provider has to act',
  NETWORK: 'Whoever runs the network has to act',
};

export const layers: Record<DiagnosticLayer, string> = {
  CONFIGURATION: 'Settings',
  DNS: 'Host name',
  ADDRESS: 'Address',
  CONNECT: 'Connection',
  TLS: 'Certificate',
  HTTP: 'HTTP',
  RESOURCE_METADATA: 'Resource metadata',
  AUTHORIZATION_SERVER_METADATA: 'Authorization server',
  CLIENT: 'Client registration',
  CREDENTIALS: 'Key or headers',
  TOKEN: 'Token',
  MCP: 'MCP',
};
