import type DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import { Uuid } from '../../uuid-input.js';
import type { UserRow } from '../../identity/users/users.js';
import { McpServerConfigChangeType } from './mcp-server-config-change.type.js';
import {
  CreateMcpServerConfigInput,
  McpServerConfigFilter,
  UpdateMcpServerConfigInput,
} from './mcp-server-config.input.js';
import { McpServerConfigType } from './mcp-server-config.type.js';
import { compatibilityOf } from '../../oauth2/compatibility.js';
import { activeSettingsIn } from '../../oauth2/report/suggested-settings.js';
import { readableSetting } from '../settings/oauth2-failures.js';
import { OAuth2CompatibilityInput } from './oauth2-compatibility.input.js';
import type { OAuth2CompatibilityType } from './oauth2-compatibility.type.js';
import { OAuth2DiscoveryType } from './oauth2-discovery.type.js';
import { RequestedFields } from './requested-fields.js';
import { bindingColumns } from '../settings/change-effects.js';
import type { CreateServerInput, UpdateServerInput } from '../settings/server-input.js';
import type { VisibleServer } from '../store/visible-servers.js';
import type { Servers } from '../servers.js';

interface Context {
  servers: Servers;
  userLoader: DataLoader<string, UserRow | null>;
}

/** The catalogue of MCP servers. */
@Resolver(() => McpServerConfigType)
export class McpServerConfigResolver {
  readonly #requestedFields = new RequestedFields();

  @Audience('EVERYONE')
  @Query(() => [McpServerConfigType], {
    description: 'The servers of the catalogue, by display name. Members see enabled servers only.',
  })
  mcpServerConfigs(
    @Arg('filter', () => McpServerConfigFilter, {
      nullable: true,
      description: 'Conditions that all have to hold. Defaults to every server that you may see.',
    })
    filter: McpServerConfigFilter | null,
    @Ctx() { servers }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<VisibleServer[]> {
    return servers.list(filter ?? {}, this.#requestedFields.of(info));
  }

  @Audience('EVERYONE')
  @Query(() => McpServerConfigType, {
    description:
      'A server, by exactly one of `id` and `slug`. NOT_FOUND if it does not exist or you may not see it.',
  })
  mcpServerConfig(
    @Uuid()
    @Arg('id', () => ID, {
      nullable: true,
      description: 'The id, without `slug`.',
    })
    id: string | null,
    @Arg('slug', () => String, {
      nullable: true,
      description: 'The slug, without `id`.',
    })
    slug: string | null,
    @Ctx() { servers }: Context,
  ): Promise<VisibleServer> {
    return servers.get({ id, slug });
  }

  @Audience('ADMIN')
  @Mutation(() => McpServerConfigType, {
    description:
      'Adds a server. With OAUTH2 and without endpoints, Switchboard discovers them first, and registers a client if there is no client ID. If that fails, nothing is stored, and DISCOVERY_FAILED contains the steps and a remedy. CONFLICT for a taken slug or id, before any provider is contacted. Administrators only.',
  })
  createMcpServerConfig(
    @Arg('input', () => CreateMcpServerConfigInput, { description: 'The new server.' })
    input: CreateServerInput,
    @Ctx() { servers }: Context,
  ): Promise<VisibleServer> {
    return servers.create(input);
  }

  @Audience('ADMIN')
  @Mutation(() => McpServerConfigChangeType, {
    description: `Edits a server. A change of ${bindingColumns.join(', ')} disconnects and revokes every account connected to the server. Every other edit keeps the accounts. Disabling the server keeps them too, but cancels authorizations in progress. Administrators only.`,
  })
  updateMcpServerConfig(
    @Uuid() @Arg('id', () => ID, { description: 'The server to edit.' }) id: string,
    @Arg('input', () => UpdateMcpServerConfigInput, {
      description: 'The changes. Omitted fields are kept.',
    })
    input: UpdateServerInput,
    @Arg('dryRun', () => Boolean, {
      defaultValue: false,
      description: 'Returns the effect of the edit without making it.',
    })
    dryRun: boolean,
    @Ctx() { servers }: Context,
  ): Promise<McpServerConfigChangeType> {
    return servers.update(id, input, { dryRun });
  }

  @Audience('ADMIN')
  @Mutation(() => ID, {
    description:
      'Deletes a server, disconnects and revokes every account connected to it, and returns its id. Administrators only.',
  })
  deleteMcpServerConfig(
    @Uuid() @Arg('id', () => ID, { description: 'The server to delete.' }) id: string,
    @Ctx() { servers }: Context,
  ): Promise<string> {
    return servers.delete(id);
  }

  @Audience('ADMIN')
  @Mutation(() => OAuth2DiscoveryType, {
    description:
      'Discovers the authorization of an MCP endpoint, as adding an OAUTH2 server does. Registers and stores nothing. It is a mutation because it sends requests to other servers. DISCOVERY_FAILED contains the steps and a remedy. Administrators only.',
  })
  discoverMcpServerOAuth2(
    @Arg('url', () => String, { description: 'The MCP endpoint.' }) url: string,
    @Arg('oauth2Compatibility', () => OAuth2CompatibilityInput, {
      nullable: true,
      description: 'Compatibility settings for the discovery. Defaults to none.',
    })
    compatibility: OAuth2CompatibilityInput | null,
    @Ctx() { servers }: Context,
  ): Promise<OAuth2DiscoveryType> {
    return servers.discover(url, { compatibility: compatibility ?? null });
  }

  @Audience('ADMIN')
  @Mutation(() => McpServerConfigType, {
    description:
      'Discovers the authorization of a stored OAUTH2 server again and registers a client again, with the current redirect URI. A manual client ID and manual endpoints are kept. A new issuer, client ID, token or revocation endpoint disconnects and revokes every account. CONFLICT if the server was edited in the meantime. Administrators only.',
  })
  registerMcpServerOAuth2Client(
    @Uuid()
    @Arg('id', () => ID, { description: 'The server.' })
    id: string,
    @Ctx() { servers }: Context,
  ): Promise<VisibleServer> {
    return servers.registerOAuth2Client(id);
  }

  @FieldResolver()
  oauth2Compatibility(@Root() { oauth2Compatibility }: VisibleServer): OAuth2CompatibilityType {
    const compatibility = compatibilityOf(oauth2Compatibility ?? {});
    return { ...compatibility, activeSettings: activeSettingsIn(compatibility).map(readableSetting) };
  }

  @FieldResolver()
  createdBy(
    @Root() { createdBy }: VisibleServer,
    @Ctx() { userLoader }: Context,
  ): Promise<UserRow | null> | null {
    return createdBy ? userLoader.load(createdBy) : null;
  }

  @FieldResolver()
  updatedBy(
    @Root() { updatedBy }: VisibleServer,
    @Ctx() { userLoader }: Context,
  ): Promise<UserRow | null> | null {
    return updatedBy ? userLoader.load(updatedBy) : null;
  }
}
