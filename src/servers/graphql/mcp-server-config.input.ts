import { GraphQLUUID } from 'graphql-scalars';
import { Field, InputType, Int } from 'type-graphql';
import { limits } from '../settings/limits.js';
import { AuthType, Availability, Transport } from '../store/mcp-server-config.entity.js';
import { OAuth2CompatibilityInput } from './oauth2-compatibility.input.js';
import './server-enums.type.js';
import type { CustomHeader, ServerFilter, ServerInput } from '../settings/server-input.js';

const upTo = (characters: number) => `At most ${characters.toLocaleString('en')} characters.`;
const anUrl = `http(s), without user, password or fragment. ${upTo(limits.url)}`;
const aTokenUrl = `https, or http on a loopback address that this server may reach. ${upTo(limits.url)}`;
const toolNames = `Exact tool names, at most ${limits.tools} of ${limits.toolName} characters; blanks are dropped.`;
const aSecret = 'Stored sealed and never shown. A blank one is refused.';

@InputType('McpServerHeaderInput', {
  description: 'One header that is sent with every request to the MCP server.',
})
export class McpServerHeaderInput implements CustomHeader {
  @Field(() => String, {
    description: `A header name (RFC 9110 token). ${upTo(limits.headerName)} Hop-by-hop headers, Host, Content-Length, Cookie, Origin, Forwarded, X-Forwarded-* and Mcp-* are refused.`,
  })
  name!: string;

  @Field(() => String, {
    description: `Sent as it is, spaces included; no line breaks or other control characters. ${upTo(limits.headerValue)} ${aSecret}`,
  })
  value!: string;
}

/** What creating and updating take alike; every string but header values is trimmed. */
@InputType()
abstract class McpServerConfigSettings implements ServerInput {
  @Field(() => String, { nullable: true, description: upTo(limits.description) })
  description?: string | null;

  @Field(() => String, { nullable: true, description: `The address of an icon, ${anUrl}` })
  iconUrl?: string | null;

  @Field(() => Transport, { nullable: true, description: 'STREAMABLE_HTTP unless said otherwise.' })
  transport?: Transport | null;

  @Field(() => AuthType, {
    nullable: true,
    description: 'NONE unless said otherwise. Changing it empties the fields of the type that is left.',
  })
  authType?: AuthType | null;

  @Field(() => String, {
    nullable: true,
    description: `OAUTH2: the client id that was registered by hand. Alone (or with the issuer), the endpoints are discovered and nothing is registered. ${upTo(limits.clientId)}`,
  })
  oauth2ClientId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `OAUTH2: the client's secret; null clears it. Needs oauth2ClientId. ${upTo(limits.secret)} ${aSecret}`,
  })
  oauth2ClientSecret?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `OAUTH2: the authorization endpoint, together with oauth2ClientId and oauth2TokenUrl: nothing is discovered then. ${anUrl}`,
  })
  oauth2AuthUrl?: string | null;

  @Field(() => String, { nullable: true, description: `OAUTH2: the token endpoint. ${aTokenUrl}` })
  oauth2TokenUrl?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `OAUTH2: the revocation endpoint (RFC 7009), where the endpoints are given. ${aTokenUrl}`,
  })
  oauth2RevocationUrl?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `OAUTH2: scopes to ask for, space-separated; they win over what is discovered. ${upTo(limits.scopes)}`,
  })
  oauth2Scopes?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `OAUTH2: the authorization server that the client id belongs to, exactly as it names itself. Where the endpoints are discovered, another one is refused. ${upTo(limits.url)}`,
  })
  oauth2Issuer?: string | null;

  @Field(() => OAuth2CompatibilityInput, {
    nullable: true,
    description:
      'OAUTH2: what to relax for a provider that departs from the rules; null relaxes nothing. A change ends popups under way, and keeps connections unless what was discovered rests on a relaxation that is withdrawn, or the client id is another one then. To discover by the new rules, registerMcpServerOAuth2Client.',
  })
  oauth2Compatibility?: OAuth2CompatibilityInput | null;

  @Field(() => String, {
    nullable: true,
    description: `API_KEY: the header that carries the key; Authorization unless said otherwise. ${upTo(limits.headerName)}`,
  })
  apiKeyHeader?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `API_KEY: the header's whole value, sent as it is (with "Bearer " if the server wants that). ${upTo(limits.headerValue)} ${aSecret}`,
  })
  apiKeyValue?: string | null;

  @Field(() => [McpServerHeaderInput], {
    nullable: true,
    description: `CUSTOM_HEADERS: the whole set, at most ${limits.customHeaders}; it replaces the one before. Names that differ only in case are refused.`,
  })
  customHeaders?: McpServerHeaderInput[] | null;

  @Field(() => [String], { nullable: true, description: `Tools that may be used; empty: all. ${toolNames}` })
  toolAllowList?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: `Tools that may not be used, whatever is allowed. ${toolNames}`,
  })
  toolDenyList?: string[] | null;

  @Field(() => Availability, { nullable: true, description: 'DEFAULT_OFF unless said otherwise.' })
  availability?: Availability | null;

  @Field(() => Boolean, { nullable: true, description: 'false unless said otherwise.' })
  enabled?: boolean | null;
}

const slugForm = `Lower-case letters, digits and inner hyphens; unique. ${upTo(limits.slug)}`;

@InputType('CreateMcpServerConfigInput', {
  description:
    'A new server. OAUTH2 takes nothing (the provider is discovered and this client registered there), or a client id with or without its secret (the endpoints are discovered), or client id, authorization URL and token URL (nothing is discovered).',
})
export class CreateMcpServerConfigInput extends McpServerConfigSettings {
  @Field(() => GraphQLUUID, {
    nullable: true,
    description: 'Its id, to know oauth2CallbackUrl before the server exists. Made here unless given.',
  })
  id?: string | null;

  @Field(() => String, { description: slugForm })
  slug!: string;

  @Field(() => String, { description: `Not blank. ${upTo(limits.displayName)}` })
  displayName!: string;

  @Field(() => String, { description: `The MCP endpoint: ${anUrl}` })
  url!: string;
}

@InputType('UpdateMcpServerConfigInput', {
  description:
    'An edit. What is left out stays as it is; null means the default, and clears a secret. The same rules hold for the result as on creation. Updating never discovers or registers: see registerMcpServerOAuth2Client.',
})
export class UpdateMcpServerConfigInput extends McpServerConfigSettings {
  @Field(() => Int, {
    nullable: true,
    description:
      'The version that the edit was made from. If the server changed since, the edit is refused (CONFLICT).',
  })
  version?: number | null;

  @Field(() => String, { nullable: true, description: slugForm })
  slug?: string | null;

  @Field(() => String, { nullable: true, description: `Not blank. ${upTo(limits.displayName)}` })
  displayName?: string | null;

  @Field(() => String, { nullable: true, description: `The MCP endpoint: ${anUrl}` })
  url?: string | null;
}

@InputType('McpServerConfigFilter', { description: 'Servers that match everything that is given.' })
export class McpServerConfigFilter implements ServerFilter {
  @Field(() => Boolean, {
    nullable: true,
    description: 'Members see enabled servers only, whatever is asked for.',
  })
  enabled?: boolean | null;

  @Field(() => AuthType, { nullable: true, description: 'Only those with this kind of authorization.' })
  authType?: AuthType | null;

  @Field(() => Availability, { nullable: true, description: 'Only those with this availability.' })
  availability?: Availability | null;

  @Field(() => String, {
    nullable: true,
    description: `Text in the display name, slug or description, and for administrators in the URL, in any case. ${upTo(limits.search)}`,
  })
  search?: string | null;
}
