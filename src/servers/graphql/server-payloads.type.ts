import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Audience } from '../../audience.js';
import type { DiscoveryReport } from '../changes/discover.js';
import type { VisibleServer } from '../store/visible-servers.js';
import { McpServerConfigType } from './mcp-server-config.type.js';
import { OAuth2DiscoveryType } from './oauth2-discovery.type.js';

@Audience('EVERYONE')
@ObjectType('CreateMcpServerConfigPayload', {
  simpleResolvers: true,
  description: 'The result of adding a server.',
})
export class CreateServerPayload {
  @Field(() => McpServerConfigType, { description: 'The new server.' })
  server!: VisibleServer;
}

@Audience('EVERYONE')
@ObjectType('McpServerConfigUpdatePreview', {
  simpleResolvers: true,
  description: 'The effect that an edit would have. Nothing is changed.',
})
export class ServerUpdatePreviewType {
  @Field(() => Int, {
    description:
      'The number of users whose account is disconnected, because the edit changes where their tokens are sent or who issues them. They have to connect again.',
  })
  disconnects!: number;

  @Field(() => [String], {
    description:
      'The names of the fields that the edit clears without naming them: the fields of the previous auth type, and what was discovered for a URL that changes.',
  })
  clearedFields!: string[];

  @Field(() => [String], {
    description:
      'The names of all fields whose values the edit changes, including `clearedFields`. A secret that is entered counts as changed.',
  })
  changedFields!: string[];
}

@Audience('EVERYONE')
@ObjectType('UpdateMcpServerConfigPayload', {
  simpleResolvers: true,
  description: 'The result of an edit.',
})
export class UpdateServerPayload extends ServerUpdatePreviewType {
  @Field(() => McpServerConfigType, { description: 'The server after the edit.' })
  server!: VisibleServer;
}

@Audience('EVERYONE')
@ObjectType('DeleteMcpServerConfigPayload', {
  simpleResolvers: true,
  description: 'The result of deleting a server.',
})
export class DeleteServerPayload {
  @Field(() => ID, { description: 'The id of the deleted server.' })
  deletedServerId!: string;
}

@Audience('EVERYONE')
@ObjectType('RegisterMcpServerOAuth2ClientPayload', {
  simpleResolvers: true,
  description: 'The result of registering a client again.',
})
export class RegisterClientPayload {
  @Field(() => McpServerConfigType, { description: 'The server with its new client.' })
  server!: VisibleServer;
}

@Audience('EVERYONE')
@ObjectType('DiscoverMcpServerOAuth2Payload', {
  simpleResolvers: true,
  description: 'The result of a discovery.',
})
export class DiscoverPayload {
  @Field(() => OAuth2DiscoveryType, { description: 'The results of the discovery. They are not stored.' })
  discovery!: DiscoveryReport;
}
