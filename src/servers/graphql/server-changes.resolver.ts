import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { Audience } from '../../audience.js';
import { Uuid } from '../../uuid-input.js';
import type { Servers } from '../servers.js';
import { bindingColumns } from '../settings/change-effects.js';
import type { CreateServerInput, UpdateServerInput } from '../settings/server-input.js';
import { DiscoverMcpServerOAuth2Input } from './discovery.input.js';
import { CreateMcpServerConfigInput, UpdateMcpServerConfigInput } from './mcp-server-config.input.js';
import {
  CreateServerPayload,
  DeleteServerPayload,
  DiscoverPayload,
  RegisterClientPayload,
  ServerUpdatePreviewType,
  UpdateServerPayload,
} from './server-payloads.type.js';

interface Context {
  servers: Servers;
}

/** Changes the catalogue of MCP servers, for administrators. */
@Resolver()
export class ServerChangesResolver {
  @Audience('ADMIN')
  @Mutation(() => CreateServerPayload, {
    nullable: true,
    description:
      'Adds a server. With OAUTH2 and without endpoints, Switchboard discovers them first, and registers a client if there is no client ID. If that fails, nothing is stored, and DISCOVERY_FAILED contains the steps and a remedy. CONFLICT for a taken slug or id, before any provider is contacted. Administrators only.',
  })
  async createMcpServerConfig(
    @Arg('input', () => CreateMcpServerConfigInput, { description: 'The new server.' })
    input: CreateServerInput,
    @Ctx() { servers }: Context,
  ): Promise<CreateServerPayload> {
    return { server: await servers.create(input) };
  }

  @Audience('ADMIN')
  @Mutation(() => UpdateServerPayload, {
    nullable: true,
    description: `Edits a server. A change of ${bindingColumns.join(', ')} disconnects and revokes every account connected to the server. Every other edit keeps the accounts. Disabling the server keeps them too, but cancels authorizations in progress. \`previewMcpServerConfigUpdate\` returns the effect of an edit beforehand. Administrators only.`,
  })
  updateMcpServerConfig(
    @Uuid() @Arg('id', () => ID, { description: 'The server to edit.' }) id: string,
    @Arg('input', () => UpdateMcpServerConfigInput, {
      description: 'The changes. Omitted fields are kept.',
    })
    input: UpdateServerInput,
    @Ctx() { servers }: Context,
  ): Promise<UpdateServerPayload> {
    return servers.update(id, input);
  }

  @Audience('ADMIN')
  @Query(() => ServerUpdatePreviewType, {
    nullable: true,
    description:
      'Returns the effect that `updateMcpServerConfig` would have with the same arguments, and changes nothing. Fails with the same errors as the edit. Administrators only.',
  })
  previewMcpServerConfigUpdate(
    @Uuid() @Arg('id', () => ID, { description: 'The server.' }) id: string,
    @Arg('input', () => UpdateMcpServerConfigInput, {
      description: 'The changes. Omitted fields are kept.',
    })
    input: UpdateServerInput,
    @Ctx() { servers }: Context,
  ): Promise<ServerUpdatePreviewType> {
    return servers.previewUpdate(id, input);
  }

  @Audience('ADMIN')
  @Mutation(() => DeleteServerPayload, {
    nullable: true,
    description:
      'Deletes a server, and disconnects and revokes every account connected to it. Administrators only.',
  })
  async deleteMcpServerConfig(
    @Uuid() @Arg('id', () => ID, { description: 'The server to delete.' }) id: string,
    @Ctx() { servers }: Context,
  ): Promise<DeleteServerPayload> {
    return { deletedServerId: await servers.delete(id) };
  }

  @Audience('ADMIN')
  @Mutation(() => DiscoverPayload, {
    nullable: true,
    description:
      'Discovers the authorization of an MCP endpoint, as adding an OAUTH2 server does. Registers and stores nothing. It is a mutation because it sends requests to other servers. DISCOVERY_FAILED contains the steps and a remedy. Administrators only.',
  })
  async discoverMcpServerOAuth2(
    @Arg('input', () => DiscoverMcpServerOAuth2Input, { description: 'The endpoint to discover.' })
    { url, oauth2Compatibility, ...provider }: DiscoverMcpServerOAuth2Input,
    @Ctx() { servers }: Context,
  ): Promise<DiscoverPayload> {
    const compatibility = oauth2Compatibility ?? null;
    return { discovery: await servers.discover(url, { compatibility, ...provider }) };
  }

  @Audience('ADMIN')
  @Mutation(() => RegisterClientPayload, {
    nullable: true,
    description:
      'Discovers the authorization of a stored OAUTH2 server again and registers a client again, with the current redirect URI. A manual client ID and manual endpoints are kept. A new issuer, client ID, token or revocation endpoint disconnects and revokes every account. CONFLICT if the server was edited in the meantime. Administrators only.',
  })
  async registerMcpServerOAuth2Client(
    @Uuid()
    @Arg('id', () => ID, { description: 'The server.' })
    id: string,
    @Ctx() { servers }: Context,
  ): Promise<RegisterClientPayload> {
    return { server: await servers.registerOAuth2Client(id) };
  }
}
