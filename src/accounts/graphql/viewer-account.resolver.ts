import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import { Uuid } from '../../uuid-input.js';
import type { AuthType } from '../../servers/store/mcp-server-config.entity.js';
import { McpServerConfigType } from '../../servers/graphql/mcp-server-config.type.js';
import type { AccountLoader } from '../store/account-loader.js';
import type { Accounts, Disconnection } from '../accounts.js';
import { DisconnectMcpServerPayload } from './disconnect.type.js';
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
  isAccountUsable?: boolean;
}

/** Adds the viewer's account to a server of the catalogue, and disconnects it. */
@Resolver(() => McpServerConfigType)
export class ViewerAccountResolver {
  @Audience('EVERYONE')
  @FieldResolver(() => Boolean, {
    description:
      'Whether you can use this server now. For OAUTH2, true if your account is connected. Otherwise always true.',
  })
  authConnected(@Root() server: Server): boolean {
    return server.authType !== 'OAUTH2' || server.isAccountUsable === true;
  }

  @Audience('EVERYONE')
  @FieldResolver(() => ConnectedAccountType, {
    nullable: true,
    description:
      'Your account at this server, usable or not. `authConnected` is true while its status is CONNECTED. Null if you have none or the server does not use OAUTH2.',
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
      'The page that connects your account. Null unless the server uses OAUTH2. Open it in a popup. Add ?origin= for a frontend on another origin (one of ALLOWED_ORIGINS), and ?return= for a path to link back to. The popup posts {type: "mcp-oauth2-complete", serverId, status: "success" | "error"} to that origin. Treat the message as a hint to read `authConnected` again.',
  })
  connectUrl(@Root() server: Server, @Ctx() { accounts }: AccountsContext): string | null {
    return accounts.connectUrl(server);
  }

  @Audience('ADMIN')
  @FieldResolver(() => Int, {
    nullable: true,
    description: 'The number of users who are connected to this server.',
  })
  accountCount(@Root() server: Server, @Ctx() { accountLoader }: AccountsContext): Promise<number> {
    return accountLoader.accountCount(server.id);
  }

  @Audience('EVERYONE')
  @Mutation(() => DisconnectMcpServerPayload, {
    nullable: true,
    description:
      'Disconnects your account from a server. Switchboard deletes the tokens at once, then revokes them at the provider. If the provider does not answer within a few seconds, Switchboard tries again later (`revocationPending`). Idempotent. Works for servers that were disabled after you connected.',
  })
  disconnectMcpServer(
    @Uuid()
    @Arg('id', () => ID, { description: 'The server to disconnect your account from.' })
    id: string,
    @Ctx() { accounts }: AccountsContext,
  ): Promise<Disconnection> {
    return accounts.disconnect(id);
  }
}
