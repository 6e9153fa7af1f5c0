import { registerEnumType } from 'type-graphql';
import { AuthType, Availability, OAuth2Registration, Transport } from './mcp-server-config.entity.js';

registerEnumType(Transport, {
  name: 'McpServerTransport',
  description: 'How the MCP server is spoken to.',
  valuesConfig: {
    STREAMABLE_HTTP: { description: 'Streamable HTTP, the current transport.' },
    SSE: { description: 'HTTP with server-sent events, the transport of MCP 2024-11-05.' },
  },
});

registerEnumType(AuthType, {
  name: 'McpServerAuthType',
  description: 'How requests to the MCP server are authorized.',
  valuesConfig: {
    NONE: { description: 'Not at all: the server is open.' },
    OAUTH2: { description: "With each person's own OAuth 2 connection." },
    API_KEY: { description: 'With one key in one header, the same for everybody.' },
    CUSTOM_HEADERS: { description: 'With a set of headers, the same for everybody.' },
  },
});

registerEnumType(Availability, {
  name: 'McpServerAvailability',
  description: 'Whether products switch the server on for a person.',
  valuesConfig: {
    FORCE_ON: { description: 'On for everybody; nobody may switch it off.' },
    DEFAULT_ON: { description: 'On until a person switches it off.' },
    DEFAULT_OFF: { description: 'Off until a person switches it on.' },
  },
});

registerEnumType(OAuth2Registration, {
  name: 'OAuth2Registration',
  description: 'How this client is known to the authorization server.',
  valuesConfig: {
    MANUAL: { description: 'Registered by hand at the provider.' },
    DYNAMIC: { description: 'By dynamic client registration (RFC 7591).' },
    METADATA_DOCUMENT: {
      description: 'By a client id metadata document that the provider fetches from here.',
    },
  },
});
