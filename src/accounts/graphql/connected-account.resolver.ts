import type DataLoader from 'dataloader';
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import { ExpectedRows } from '../../expected-rows.js';
import { Uuid } from '../../uuid-input.js';
import { UserType } from '../../identity/users/user.type.js';
import type { UserRow } from '../../identity/users/users.js';
import { connectionOf } from '../../paging/connection.type.js';
import { PageArgs } from '../../paging/page-args.input.js';
import type { CountedPage } from '../../paging/page.js';
import type { Accounts } from '../accounts.js';
import type { AccountView } from '../store/account-view.js';
import { ConnectedAccountType } from './connected-account.type.js';
import type { ServerAccounts } from '../server-accounts.js';

interface ConnectedAccountsContext {
  accounts: Accounts;
  serverAccounts: ServerAccounts;
  userLoader: DataLoader<string, UserRow | null>;
}

const ConnectedAccountConnectionType = connectionOf(() => ConnectedAccountType, {
  name: 'ConnectedAccount',
  row: 'A connected account',
  description: 'A page of the accounts at a server, the last connected first. Administrators only.',
  isCounted: true,
});

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
    nullable: true,
    description:
      'All users’ accounts at a server, the last connected first. Includes accounts that must be connected again. NOT_FOUND for an unknown server.',
  })
  mcpServerAccounts(
    @Uuid() @Arg('id', () => ID, { description: 'The server.' }) id: string,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { serverAccounts }: ConnectedAccountsContext,
  ): Promise<CountedPage<AccountView>> {
    return serverAccounts.list(id, page);
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
