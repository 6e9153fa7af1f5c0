import type DataLoader from 'dataloader';
import { GraphQLUUID } from 'graphql-scalars';
import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import { UserType } from '../../identity/users/user.type.js';
import type { UserRow } from '../../identity/users/users.js';
import type { Page } from '../../paging/keyset.js';
import type { Accounts } from '../accounts.js';
import type { AccountView } from '../store/account-view.js';
import { ConnectedAccountConnectionType, ConnectedAccountType } from './connected-account.type.js';
import type { ServerAccounts } from '../server-accounts.js';

interface ConnectedAccountsContext {
  accounts: Accounts;
  serverAccounts: ServerAccounts;
  userLoader: DataLoader<string, UserRow | null>;
}

/** Connections as their owners and administrators see them. */
@Resolver(() => ConnectedAccountType)
export class ConnectedAccountResolver {
  @Audience('EVERYONE')
  @Query(() => [ConnectedAccountType], {
    description:
      'Your own connections, by the name of the server, also those that have to be made anew and those to servers disabled since: each can be given up with `disconnectMcpServer`.',
  })
  myAccounts(@Ctx() { accounts }: ConnectedAccountsContext): Promise<AccountView[]> {
    return accounts.listOwn();
  }

  @Audience('ADMIN')
  @Query(() => ConnectedAccountConnectionType, {
    description:
      'Who is connected to a server, or has to connect again, those who connected last first. NOT_FOUND for an unknown server.',
  })
  mcpServerAccounts(
    @Arg('id', () => GraphQLUUID, { description: 'Which server.' }) id: string,
    @Arg('first', () => Int, { defaultValue: 50, description: 'How many at most, 1 to 200.' }) first: number,
    @Arg('after', () => String, {
      nullable: true,
      description: 'A cursor of this list: only what comes after it.',
    })
    after: string | null,
    @Ctx() { serverAccounts }: ConnectedAccountsContext,
  ): Promise<Page<AccountView>> {
    return serverAccounts.list(id, { first, after });
  }

  @Audience('ADMIN')
  @FieldResolver(() => UserType, { nullable: true, description: 'Whose connection it is.' })
  user(
    @Root() { userId }: AccountView,
    @Ctx() { userLoader }: ConnectedAccountsContext,
  ): Promise<UserRow | null> {
    return userLoader.load(userId);
  }
}
