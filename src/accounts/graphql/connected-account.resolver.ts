import type DataLoader from 'dataloader';
import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import { ExpectedRows } from '../../expected-rows.js';
import { Uuid } from '../../uuid-input.js';
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

/** Reads connected accounts, for their owners and for administrators. */
@Resolver(() => ConnectedAccountType)
export class ConnectedAccountResolver {
  @Audience('EVERYONE')
  @ExpectedRows('SERVERS')
  @Query(() => [ConnectedAccountType], {
    description:
      'Your connected accounts, ordered by the name of the server. Includes accounts that must be connected again and accounts at disabled servers. `disconnectMcpServer` disconnects each of them.',
  })
  myAccounts(@Ctx() { accounts }: ConnectedAccountsContext): Promise<AccountView[]> {
    return accounts.listOwn();
  }

  @Audience('ADMIN')
  @Query(() => ConnectedAccountConnectionType, {
    description:
      'All users’ accounts at a server, the last connected first. Includes accounts that must be connected again. NOT_FOUND for an unknown server.',
  })
  mcpServerAccounts(
    @Uuid() @Arg('id', () => ID, { description: 'The server.' }) id: string,
    @Arg('first', () => Int, { defaultValue: 50, description: 'The page size, 1 to 200.' }) first: number,
    @Arg('after', () => String, {
      nullable: true,
      description: 'A cursor of this list. The page starts after it.',
    })
    after: string | null,
    @Ctx() { serverAccounts }: ConnectedAccountsContext,
  ): Promise<Page<AccountView>> {
    return serverAccounts.list(id, { first, after });
  }

  @Audience('ADMIN')
  @FieldResolver(() => UserType, { nullable: true, description: 'The owner of the account.' })
  user(
    @Root() { userId }: AccountView,
    @Ctx() { userLoader }: ConnectedAccountsContext,
  ): Promise<UserRow | null> {
    return userLoader.load(userId);
  }
}
