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

registerEnumType(OAuth2ClientFailure, {
  name: 'OAuth2ClientFailure',
  description: 'Why the authorization server does not take this client.',
  valuesConfig: {
    INVALID_CLIENT: { description: 'It does not know the client id any more, or not with this secret.' },
    UNAUTHORIZED_CLIENT: { description: 'It knows the client, and does not let it do what it asked for.' },
  },
});

registerEnumType(Layer, {
  name: 'DiagnosticLayer',
  description: 'What a connection to an MCP server is made of, from the bottom up.',
  valuesConfig: {
    DNS: { description: 'The host name has addresses.' },
    ADDRESS: { description: 'They may be reached: public ones, or listed in ALLOWED_PRIVATE_CIDRS.' },
    CONNECT: { description: 'Something listens there, and nothing in between keeps us away.' },
    TLS: { description: 'It proves with a certificate who it is.' },
    HTTP: { description: 'It answers in time, and with neither an outage nor a redirect out of bounds.' },
    MCP: { description: 'It speaks the Model Context Protocol.' },
    RESOURCE_METADATA: { description: 'It names its authorization server (RFC 9728).' },
    AUTHORIZATION_SERVER_METADATA: {
      description: 'The authorization server names its endpoints (RFC 8414).',
    },
    CONFIGURATION: { description: 'What is stored here fits what is found there.' },
    CLIENT: { description: 'The authorization server knows this client: its client id and secret.' },
    CREDENTIALS: {
      description: 'The MCP server takes the API key or the headers that are the same for everybody.',
    },
    TOKEN: {
      description: "The person's own token is there, can be renewed, and is taken by the MCP server.",
    },
  },
});

registerEnumType(ResponsibleParty, {
  name: 'ResponsibleParty',
  description: 'Whose turn it is after a failure.',
  valuesConfig: {
    ADMINISTRATOR: { description: 'You, or whoever runs this Switchboard.' },
    MCP_SERVER: { description: 'Whoever operates the MCP server.' },
    PROVIDER: { description: 'Whoever operates the authorization server in front of it.' },
    NETWORK: { description: 'Whoever runs the network in between: name servers, firewalls, proxies.' },
  },
});
