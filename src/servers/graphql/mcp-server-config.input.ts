import { Field, InputType } from 'type-graphql';
import { Uuid } from '../../uuid-input.js';
import { limits, upTo, type FieldInput, type ServerField } from '../fields/field.js';
import { serverFields } from '../fields/fields.js';
import type { CustomHeader, ServerFilter } from '../settings/server-input.js';
import { AuthType, Availability } from '../store/mcp-server-config.entity.js';
import { outputTypes } from './mcp-server-config.type.js';
import { OAuth2CompatibilityInput } from './oauth2-compatibility.input.js';

const secretText = 'Stored encrypted and never returned. A blank value is refused.';
const toolNamesText = `Exact tool names, at most ${limits.tools} of at most ${limits.toolName} characters. Blank names are dropped.`;

@InputType('McpServerHeaderInput', {
  description: 'A header that Switchboard sends with every request to the MCP server.',
})
export class McpServerHeaderInput implements CustomHeader {
  @Field(() => String, {
    description: `A header name (RFC 9110 token). ${upTo(limits.headerName)} Hop-by-hop headers, Host, Content-Length, Cookie, Origin, Forwarded, X-Forwarded-* and Mcp-* are refused.`,
  })
  name!: string;

  @Field(() => String, {
    description: `Sent unchanged, including spaces. No line breaks or other control characters. ${upTo(limits.headerValue)} ${secretText}`,
  })
  value!: string;
}

const inputTypes = {
  ...outputTypes,
  OAuth2Compatibility: OAuth2CompatibilityInput,
  '[McpServerHeader]': [McpServerHeaderInput],
};

@InputType('CreateMcpServerConfigInput', {
  description:
    'A new server. With OAUTH2, enter nothing else (the provider is discovered and a client is registered), or a client ID with or without its secret (the endpoints are discovered), or client ID, authorization URL and token URL (nothing is discovered). Every string except header values is trimmed.',
})
export class CreateMcpServerConfigInput {}

@InputType('UpdateMcpServerConfigInput', {
  description:
    'An edit. Omitted fields are kept. Null means the default, and clears a secret. The result has to meet the same rules as a new server. An edit never discovers or registers: see `registerMcpServerOAuth2Client`.',
})
export class UpdateMcpServerConfigInput {}

for (const [name, field] of Object.entries<ServerField>(serverFields)) {
  const { input } = field;
  if (!input) continue;
  const description = descriptionOf(field, input);
  const addField = (prototype: object, nullable: boolean) => {
    Field(() => inputTypes[field.type as keyof typeof inputTypes], { nullable, description })(
      prototype,
      name,
    );
    if (field.type === 'ID') Uuid()(prototype, name);
  };
  if (input.only !== 'UPDATE') {
    const nullable = input.required === undefined;
    addField(CreateMcpServerConfigInput.prototype, nullable);
  }
  if (input.only !== 'CREATE') addField(UpdateMcpServerConfigInput.prototype, true);
}

function descriptionOf({ source }: ServerField, input: FieldInput): string {
  const { description, rule, max } = input;
  return [
    description,
    ...(rule === 'toolNames' ? [toolNamesText] : []),
    ...(max === undefined ? [] : [upTo(max)]),
    ...(source === 'SECRET' && max !== undefined ? [secretText] : []),
    ...(input.default === undefined ? [] : [`Defaults to \`${input.default}\`.`]),
  ].join(' ');
}

@InputType('McpServerConfigFilter', { description: 'Conditions that all have to hold.' })
export class McpServerConfigFilter implements ServerFilter {
  @Field(() => Boolean, {
    nullable: true,
    description: 'Members always see enabled servers only.',
  })
  enabled?: boolean | null;

  @Field(() => AuthType, { nullable: true, description: 'Servers with this auth type.' })
  authType?: AuthType | null;

  @Field(() => Availability, { nullable: true, description: 'Servers with this availability.' })
  availability?: Availability | null;

  @Field(() => String, {
    nullable: true,
    description: `Servers with this text in the display name, slug or description or, for administrators, the URL. Case makes no difference. ${upTo(limits.search)}`,
  })
  search?: string | null;
}
