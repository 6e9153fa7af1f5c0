import { GraphQLUUID } from 'graphql-scalars';
import { Field, GraphQLISODateTime, Int, ObjectType } from 'type-graphql';
import { Audience } from '../../audience.js';
import {
  AuthType,
  Availability,
  OAuth2ClientFailure,
  OAuth2Registration,
  Transport,
} from '../store/mcp-server-config.entity.js';
import './server-enums.type.js';

@ObjectType('McpServerConfig', {
  simpleResolvers: true,
  description:
    'An MCP server of the catalogue. Members see enabled servers only. A field that is null is not for your role; what is not set is an empty string or list. Secrets can be set but never read.',
})
export class McpServerConfigType {
  @Audience('EVERYONE')
  @Field(() => GraphQLUUID, { description: 'It never changes, and is part of the redirect URI.' })
  id!: string;

  @Audience('EVERYONE')
  @Field(() => String, { description: 'A short unique name for URLs and configuration files.' })
  slug!: string;

  @Audience('EVERYONE')
  @Field(() => String, { description: 'What people call it.' })
  displayName!: string;

  @Audience('EVERYONE')
  @Field(() => String, { description: 'What it is for, in an administrator’s words; may be empty.' })
  description!: string;

  @Audience('EVERYONE')
  @Field(() => String, { description: 'The address of an icon, or an empty string.' })
  iconUrl!: string;

  @Audience('EVERYONE')
  @Field(() => AuthType, { description: 'How requests to it are authorized.' })
  authType!: AuthType;

  @Audience('EVERYONE')
  @Field(() => Availability, { description: 'Whether products start with it on, off, or always on.' })
  availability!: Availability;

  @Audience('EVERYONE')
  @Field(() => Boolean, {
    description: 'Whether the server may be used. Members do not see disabled servers.',
  })
  enabled!: boolean;

  @Audience('EVERYONE')
  @Field(() => [String], { description: 'Exact names of the tools that may be used; empty: all.' })
  toolAllowList!: string[];

  @Audience('EVERYONE')
  @Field(() => [String], {
    description: 'Exact names of tools that may not be used, even if the allow list names them.',
  })
  toolDenyList!: string[];

  @Audience('EVERYONE')
  @Field(() => Boolean, { description: 'Whether an OAuth 2 client secret is stored.' })
  hasOauth2ClientSecret!: boolean;

  @Audience('EVERYONE')
  @Field(() => Boolean, { description: 'Whether an API key is stored.' })
  hasApiKey!: boolean;

  @Audience('EVERYONE')
  @Field(() => Boolean, { description: 'Whether custom headers are stored.' })
  hasCustomHeaders!: boolean;

  @Audience('EVERYONE')
  @Field(() => Int, {
    description:
      "Goes up with every administrator's edit and with re-registration. Sent back with an update, it refuses an edit of something that changed meanwhile.",
  })
  version!: number;

  @Audience('EVERYONE')
  @Field(() => GraphQLISODateTime, { description: 'When it was added.' })
  createdAt!: Date;

  @Audience('EVERYONE')
  @Field(() => GraphQLISODateTime, {
    description: "The time of the last administrator's edit or re-registration.",
  })
  updatedAt!: Date;

  @Audience('ADMIN')
  @Field(() => String, { nullable: true, description: 'The MCP endpoint.' })
  url?: string | null;

  @Audience('ADMIN')
  @Field(() => Transport, { nullable: true, description: 'How MCP is spoken with it.' })
  transport?: Transport | null;

  @Audience('ADMIN')
  @Field(() => String, { nullable: true, description: 'The client id, given by hand or registered.' })
  oauth2ClientId?: string | null;

  @Audience('ADMIN')
  @Field(() => String, {
    nullable: true,
    description:
      'The authorization endpoint, given by hand or discovered. Empty: connecting answers "authorization URL is not configured".',
  })
  oauth2AuthUrl?: string | null;

  @Audience('ADMIN')
  @Field(() => String, { nullable: true, description: 'The token endpoint, given by hand or discovered.' })
  oauth2TokenUrl?: string | null;

  @Audience('ADMIN')
  @Field(() => String, {
    nullable: true,
    description: 'The revocation endpoint (RFC 7009), or an empty string.',
  })
  oauth2RevocationUrl?: string | null;

  @Audience('ADMIN')
  @Field(() => String, {
    nullable: true,
    description: 'The scopes that are asked for, space-separated. Empty: those that discovery found.',
  })
  oauth2Scopes?: string | null;

  @Audience('ADMIN')
  @Field(() => String, {
    nullable: true,
    description:
      'The authorization server, exactly as it names itself (RFC 8414); empty where nobody named it.',
  })
  oauth2Issuer?: string | null;

  @Audience('ADMIN')
  @Field(() => String, {
    nullable: true,
    description:
      'What tokens are asked for (RFC 8707), exactly as discovery found it; empty: the parameter is not sent.',
  })
  oauth2Resource?: string | null;

  @Audience('ADMIN')
  @Field(() => OAuth2Registration, {
    nullable: true,
    description:
      'How this client is known to the authorization server; null also while it is not known there.',
  })
  oauth2Registration?: OAuth2Registration | null;

  @Audience('ADMIN')
  @Field(() => OAuth2ClientFailure, {
    nullable: true,
    description:
      'What the authorization server holds against this client; null as long as it takes it. A client that registered itself is registered again by itself, at most once an hour; one that did not, or where that failed, needs you: enter a new client id or secret, or run registerMcpServerOAuth2Client. It goes with that, and when the authorization server takes the client again.',
  })
  oauth2ClientFailure?: OAuth2ClientFailure | null;

  @Audience('ADMIN')
  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Since when there is that problem.' })
  oauth2ClientFailureAt?: Date | null;

  @Audience('ADMIN')
  @Field(() => String, {
    nullable: true,
    description: 'The redirect URI to register at the provider when that has to be done by hand.',
  })
  oauth2CallbackUrl?: string | null;

  @Audience('ADMIN')
  @Field(() => String, { nullable: true, description: 'The header that carries the API key, with API_KEY.' })
  apiKeyHeader?: string | null;

  @Audience('ADMIN')
  @Field(() => [String], {
    nullable: true,
    description: 'The names of the headers that are sent, with CUSTOM_HEADERS.',
  })
  customHeaderNames?: string[] | null;
}
