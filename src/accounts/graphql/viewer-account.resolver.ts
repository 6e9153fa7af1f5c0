import { GraphQLUUID } from 'graphql-scalars';
import { Arg, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import type { AuthType } from '../../servers/store/mcp-server-config.entity.js';
import { McpServerConfigType } from '../../servers/graphql/mcp-server-config.type.js';
import type { AccountLoader } from '../store/account-loader.js';
import type { Accounts } from '../accounts.js';
import { DisconnectType } from './disconnect.type.js';
import type { AccountView } from '../store/account-view.js';
import { ConnectedAccountType } from './connected-account.type.js';

interface AccountsContext {
  accounts: Accounts;
  accountLoader: AccountLoader;
}

/** The part of a server's row that these fields need. */
interface Server {
  id: string;
  authType: AuthType;
}

/** What the connections add to a server of the catalogue, and how one is given up. */
@Resolver(() => McpServerConfigType)
export class ViewerAccountResolver {
  @Audience('EVERYONE')
  @FieldResolver(() => Boolean, {
    description:
      'Whether you can use this server now: for OAUTH2, whether your own account is connected; always true otherwise.',
  })
  authConnected(
    @Root() server: Server,
    @Ctx() { accountLoader }: AccountsContext,
  ): boolean | Promise<boolean> {
    return server.authType !== 'OAUTH2' || accountLoader.authConnected(server.id);
  }

  @Audience('EVERYONE')
  @FieldResolver(() => ConnectedAccountType, {
    nullable: true,
    description:
      'Your own connection to this server, usable or not (`authConnected` is true as long as its status is CONNECTED); null when there is none, and always unless the server uses OAUTH2.',
  })
  account(
    @Root() server: Server,
    @Ctx() { accountLoader }: AccountsContext,
  ): Promise<AccountView | null> | null {
    return server.authType === 'OAUTH2' ? accountLoader.account(server.id) : null;
  }

  @Audience('EVERYONE')
  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The page that connects your account; null unless the server uses OAUTH2. Open it in a popup, with ?origin= for a frontend on another origin (one of ALLOWED_ORIGINS) and ?return= for a path to lead back to. The popup posts {type: "mcp-oauth2-complete", serverId, status: "success" | "error"} to that origin; take it as a hint to read authConnected again.',
  })
  connectUrl(@Root() server: Server, @Ctx() { accounts }: AccountsContext): string | null {
    return accounts.connectUrl(server);
  }

  @Audience('ADMIN')
  @FieldResolver(() => Int, { nullable: true, description: 'How many people are connected to this server.' })
  accountCount(@Root() server: Server, @Ctx() { accountLoader }: AccountsContext): Promise<number> {
    return accountLoader.accountCount(server.id);
  }

  @Audience('EVERYONE')
  @Mutation(() => DisconnectType, {
    description:
      'Gives up your own connection to a server: deleted here at once, then revoked at the provider. A provider that does not answer within a few seconds is asked again later (`revocationPending`). It may be repeated, and works for servers that were disabled meanwhile.',
  })
  async disconnectMcpServer(
    @Arg('id', () => GraphQLUUID, { description: 'Which server to disconnect your account from.' })
    id: string,
    @Ctx() { accounts }: AccountsContext,
  ): Promise<DisconnectType> {
    return accounts.disconnect(id);
  }
}
