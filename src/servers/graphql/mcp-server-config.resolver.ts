import type DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { GraphQLUUID } from 'graphql-scalars';
import { Arg, Ctx, FieldResolver, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import { UserType } from '../../identity/users/user.type.js';
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
import { OAuth2CompatibilityInput } from './oauth2-compatibility.input.js';
import { OAuth2CompatibilityType } from './oauth2-compatibility.type.js';
import { OAuth2DiscoveryType } from './oauth2-discovery.type.js';
import { RequestedFields } from './requested-fields.js';
import type { ServerRow } from '../store/server-row.js';
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
    description: 'The catalogue, by display name. Members see enabled servers only.',
  })
  mcpServerConfigs(
    @Arg('filter', () => McpServerConfigFilter, {
      nullable: true,
      description: 'All of these have to hold; without it, all servers that you may see.',
    })
    filter: McpServerConfigFilter | null,
    @Ctx() { servers }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ServerRow[]> {
    return servers.list(filter ?? {}, this.#requestedFields.of(info));
  }

  @Audience('EVERYONE')
  @Query(() => McpServerConfigType, {
    description:
      'One server, by exactly one of `id` and `slug`. NOT_FOUND if it does not exist or is not for you.',
  })
  mcpServerConfig(
    @Arg('id', () => GraphQLUUID, {
      nullable: true,
      description: 'The id; leave it out when you give the slug.',
    })
    id: string | null,
    @Arg('slug', () => String, {
      nullable: true,
      description: 'The slug; leave it out when you give the id.',
    })
    slug: string | null,
    @Ctx() { servers }: Context,
  ): Promise<ServerRow> {
    return servers.get({ id, slug });
  }

  @Audience('ADMIN')
  @Mutation(() => McpServerConfigType, {
    description:
      'Adds a server. With OAUTH2 and its endpoints not given, they are discovered first, and this client is registered if it has no client id; if that fails nothing is stored, and DISCOVERY_FAILED carries the steps tried and what to do. A taken slug or id is CONFLICT, and no provider is asked.',
  })
  createMcpServerConfig(
    @Arg('input', () => CreateMcpServerConfigInput, { description: 'The new server.' })
    input: CreateMcpServerConfigInput,
    @Ctx() { servers }: Context,
  ): Promise<ServerRow> {
    return servers.create(input);
  }

  @Audience('ADMIN')
  @Mutation(() => McpServerConfigChangeType, {
    description:
      "Edits a server. Changing url, authType, oauth2Issuer, oauth2ClientId, oauth2TokenUrl or oauth2RevocationUrl drops everybody's connections to it and revokes them; every other edit keeps them. Disabling keeps them too, but ends popups under way.",
  })
  updateMcpServerConfig(
    @Arg('id', () => GraphQLUUID, { description: 'Which server to change.' }) id: string,
    @Arg('input', () => UpdateMcpServerConfigInput, {
      description: 'What to change; fields that are left out are kept.',
    })
    input: UpdateMcpServerConfigInput,
    @Arg('dryRun', () => Boolean, {
      defaultValue: false,
      description: 'Changes nothing and answers what the edit would do.',
    })
    dryRun: boolean,
    @Ctx() { servers }: Context,
  ): Promise<McpServerConfigChangeType> {
    return servers.update(id, input, { dryRun });
  }

  @Audience('ADMIN')
  @Mutation(() => GraphQLUUID, {
    description: "Deletes a server and everybody's connections to it, revokes them, and answers its id.",
  })
  deleteMcpServerConfig(
    @Arg('id', () => GraphQLUUID, { description: 'Which server to delete.' }) id: string,
    @Ctx() { servers }: Context,
  ): Promise<string> {
    return servers.delete(id);
  }

  @Audience('ADMIN')
  @Mutation(() => OAuth2DiscoveryType, {
    description:
      'Tries what adding a server with this URL and OAUTH2 would find, without registering or storing anything. It asks other servers, so it is a mutation: it goes out once per request. DISCOVERY_FAILED carries the steps tried and what to do.',
  })
  discoverMcpServerOAuth2(
    @Arg('url', () => String, { description: 'The MCP endpoint to look at.' }) url: string,
    @Arg('oauth2Compatibility', () => OAuth2CompatibilityInput, {
      nullable: true,
      description: 'What would be relaxed for it; without it, nothing.',
    })
    compatibility: OAuth2CompatibilityInput | null,
    @Ctx() { servers }: Context,
  ): Promise<OAuth2DiscoveryType> {
    return servers.discover(url, { compatibility: compatibility ?? null });
  }

  @Audience('ADMIN')
  @Mutation(() => McpServerConfigType, {
    description:
      "Discovers a stored OAUTH2 server's authorization again and, unless its client id was given by hand, registers this client again, with the redirect URI as it is now. Endpoints given by hand stay. A new issuer, client id, token or revocation endpoint drops everybody's connections and revokes them. CONFLICT if the server was edited meanwhile.",
  })
  registerMcpServerOAuth2Client(
    @Arg('id', () => GraphQLUUID, { description: 'Which server to discover and register at again.' })
    id: string,
    @Ctx() { servers }: Context,
  ): Promise<ServerRow> {
    return servers.registerOAuth2Client(id);
  }

  @Audience('ADMIN')
  @FieldResolver(() => OAuth2CompatibilityType, {
    nullable: true,
    description: 'What is relaxed for its provider, with OAUTH2, and why that is less safe.',
  })
  oauth2Compatibility(@Root() { oauth2Compatibility }: ServerRow): OAuth2CompatibilityType {
    const compatibility = compatibilityOf(oauth2Compatibility ?? {});
    return { ...compatibility, activeSettings: activeSettingsIn(compatibility) };
  }

  @Audience('ADMIN')
  @FieldResolver(() => UserType, {
    nullable: true,
    description: 'Who added it; null also when nobody knows any more.',
  })
  createdBy(
    @Root() { createdBy }: ServerRow,
    @Ctx() { userLoader }: Context,
  ): Promise<UserRow | null> | null {
    return createdBy ? userLoader.load(createdBy) : null;
  }

  @Audience('ADMIN')
  @FieldResolver(() => UserType, {
    nullable: true,
    description: 'Who edited it last; null also when nobody knows any more.',
  })
  updatedBy(
    @Root() { updatedBy }: ServerRow,
    @Ctx() { userLoader }: Context,
  ): Promise<UserRow | null> | null {
    return updatedBy ? userLoader.load(updatedBy) : null;
  }
}
