import type DataLoader from 'dataloader';
import { GraphQLUUID } from 'graphql-scalars';
import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import { UserType } from '../../identity/users/user.type.js';
import type { UserRow } from '../../identity/users/users.js';
import type { Page } from '../../paging/keyset.js';
import type { Connections } from '../accounts.js';
import type { GrantFacts } from '../store/account-view.js';
import { GrantConnectionType, GrantType } from './connected-account.type.js';
import type { ServerConnections } from '../server-accounts.js';

interface GrantsContext {
  connections: Connections;
  serverConnections: ServerConnections;
  userLoader: DataLoader<string, UserRow | null>;
}

/** Connections as their owners and administrators see them. */
@Resolver(() => GrantType)
export class GrantResolver {
  @Audience('EVERYONE')
  @Query(() => [GrantType], {
    description:
      'Your own connections, by the name of the server, also those that have to be made anew and those to servers disabled since: each can be given up with `disconnectMcpServer`.',
  })
  myConnections(@Ctx() { connections }: GrantsContext): Promise<GrantFacts[]> {
    return connections.listOwn();
  }

  @Audience('ADMIN')
  @Query(() => GrantConnectionType, {
    description:
      'Who is connected to a server, or has to connect again, those who connected last first. NOT_FOUND for an unknown server.',
  })
  mcpServerConnections(
    @Arg('serverId', () => GraphQLUUID, { description: 'Which server.' }) serverId: string,
    @Arg('first', () => Int, { defaultValue: 50, description: 'How many at most, 1 to 200.' }) first: number,
    @Arg('after', () => String, {
      nullable: true,
      description: 'A cursor of this list: only what comes after it.',
    })
    after: string | null,
    @Ctx() { serverConnections }: GrantsContext,
  ): Promise<Page<GrantFacts>> {
    return serverConnections.list(serverId, { first, after });
  }

  @Audience('ADMIN')
  @FieldResolver(() => UserType, { nullable: true, description: 'Whose connection it is.' })
  user(@Root() { userId }: GrantFacts, @Ctx() { userLoader }: GrantsContext): Promise<UserRow | null> {
    return userLoader.load(userId);
  }
}
