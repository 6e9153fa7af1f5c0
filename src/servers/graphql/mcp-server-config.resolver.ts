import type DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import { ExpectedRows } from '../../expected-rows.js';
import { Uuid } from '../../uuid-input.js';
import type { UserRow } from '../../identity/users/users.js';
import { McpServerConfigFilter } from './mcp-server-config.input.js';
import { McpServerConfigType } from './mcp-server-config.type.js';
import { compatibilityOf } from '../../oauth2/compatibility.js';
import { activeSettingsIn } from '../../oauth2/report/suggested-settings.js';
import { readableSetting } from '../settings/oauth2-failures.js';
import type { OAuth2CompatibilityType } from './oauth2-compatibility.type.js';
import { RequestedFields } from './requested-fields.js';
import type { VisibleServer } from '../store/visible-servers.js';
import type { Servers } from '../servers.js';

interface Context {
  servers: Servers;
  userLoader: DataLoader<string, UserRow | null>;
}

/** Reads the catalogue of MCP servers. */
@Resolver(() => McpServerConfigType)
export class McpServerConfigResolver {
  readonly #requestedFields = new RequestedFields();

  @Audience('EVERYONE')
  @ExpectedRows('SERVERS')
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
    nullable: true,
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
    @Info() info: GraphQLResolveInfo,
  ): Promise<VisibleServer> {
    return servers.get({ id, slug }, this.#requestedFields.of(info));
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
