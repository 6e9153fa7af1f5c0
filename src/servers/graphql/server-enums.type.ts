import { registerEnumType } from 'type-graphql';
import { ResponsibleParty } from '../../oauth2/report/failure.js';
import { Layer } from '../../oauth2/report/layer.js';
import {
  AuthType,
  Availability,
  OAuth2ClientFailure,
  OAuth2Registration,
  Transport,
} from '../store/mcp-server-config.entity.js';

registerEnumType(Transport, {
  name: 'McpServerTransport',
  description: 'The transport of an MCP server.',
  valuesConfig: {
    STREAMABLE_HTTP: { description: 'Streamable HTTP.' },
    SSE: { description: 'HTTP with server-sent events, the transport of MCP 2024-11-05.' },
  },
});

registerEnumType(AuthType, {
  name: 'McpServerAuthType',
  description: 'How Switchboard authorizes its requests to an MCP server.',
  valuesConfig: {
    NONE: { description: 'Without credentials.' },
    OAUTH2: { description: 'With the OAuth 2.0 account that each user connects.' },
    API_KEY: { description: 'With one key in one header, shared by all users.' },
    CUSTOM_HEADERS: { description: 'With several headers, shared by all users.' },
  },
});

registerEnumType(Availability, {
  name: 'McpServerAvailability',
  description: 'Whether products turn a server on for a user.',
  valuesConfig: {
    FORCE_ON: { description: 'On. Users cannot turn it off.' },
    DEFAULT_ON: { description: 'On by default. Users can turn it off.' },
    DEFAULT_OFF: { description: 'Off by default. Users can turn it on.' },
  },
});

registerEnumType(OAuth2Registration, {
  name: 'OAuth2Registration',
  description: 'How the client was registered at the authorization server.',
  valuesConfig: {
    MANUAL: { description: 'Manually, at the provider.' },
    DYNAMIC: { description: 'By dynamic client registration (RFC 7591).' },
    METADATA_DOCUMENT: {
      description: 'By a client ID metadata document, which the provider fetches.',
    },
  },
});

registerEnumType(OAuth2ClientFailure, {
  name: 'OAuth2ClientFailure',
  description: 'Why the authorization server refuses the client.',
  valuesConfig: {
    INVALID_CLIENT: { description: 'It does not know the client ID, or does not accept the secret.' },
    UNAUTHORIZED_CLIENT: {
      description: 'The client is not allowed to make this request.',
      deprecationReason: 'Use `INVALID_CLIENT`. Removed after 2027-06-30.',
    },
  },
});

registerEnumType(Layer, {
  name: 'DiagnosticLayer',
  description: 'The layers of a connection to an MCP server, from the bottom up.',
  valuesConfig: {
    DNS: { description: 'The host name resolves to addresses.' },
    ADDRESS: {
      description: 'The addresses may be reached: they are public, or listed in ALLOWED_PRIVATE_CIDRS.',
    },
    CONNECT: { description: 'The host accepts connections, and nothing in between blocks them.' },
    TLS: { description: 'The host has a valid certificate.' },
    HTTP: {
      description:
        'The host responds in time, without a temporary failure or a redirect that is not followed.',
    },
    MCP: { description: 'The server speaks the Model Context Protocol.' },
    RESOURCE_METADATA: { description: 'The server names its authorization server (RFC 9728).' },
    AUTHORIZATION_SERVER_METADATA: {
      description: 'The authorization server names its endpoints (RFC 8414).',
    },
    CONFIGURATION: { description: 'The stored settings match what discovery finds.' },
    CLIENT: { description: 'The authorization server accepts the client ID and secret.' },
    CREDENTIALS: { description: 'The MCP server accepts the shared API key or headers.' },
    TOKEN: {
      description: "The user's token exists, can be refreshed, and is accepted by the MCP server.",
    },
  },
});

registerEnumType(ResponsibleParty, {
  name: 'ResponsibleParty',
  description: 'Who can fix a failure.',
  valuesConfig: {
    ADMINISTRATOR: { description: 'An administrator of this Switchboard.' },
    MCP_SERVER: { description: 'The operator of the MCP server.' },
    PROVIDER: { description: 'The operator of the authorization server.' },
    NETWORK: { description: 'The operator of the network in between: name servers, firewalls, proxies.' },
  },
});
