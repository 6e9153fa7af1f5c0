import { GraphQLUUID } from 'graphql-scalars';
import { Arg, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import type { AuthType } from '../../servers/store/mcp-server-config.entity.js';
import { McpServerConfigType } from '../../servers/graphql/mcp-server-config.type.js';
import type { ConnectionLoader } from '../store/account-loader.js';
import type { Connections } from '../accounts.js';
import { DisconnectType } from './disconnect.type.js';
import type { GrantFacts } from '../store/account-view.js';
import { GrantType } from './connected-account.type.js';

interface ConnectionsContext {
  connections: Connections;
  connectionLoader: ConnectionLoader;
}

/** The part of a server's row that these fields need. */
interface Server {
  id: string;
  authType: AuthType;
}

/** What the connections add to a server of the catalogue, and how one is given up. */
@Resolver(() => McpServerConfigType)
export class ConnectionResolver {
  @Audience('EVERYONE')
  @FieldResolver(() => Boolean, {
    description:
      'Whether you can use this server now: for OAUTH2, whether your own account is connected; always true otherwise.',
  })
  authConnected(
    @Root() server: Server,
    @Ctx() { connectionLoader }: ConnectionsContext,
  ): boolean | Promise<boolean> {
    return server.authType !== 'OAUTH2' || connectionLoader.authConnected(server.id);
  }

  @Audience('EVERYONE')
  @FieldResolver(() => GrantType, {
    nullable: true,
    description:
      'Your own connection to this server, usable or not (`authConnected` is true as long as its status is CONNECTED); null when there is none, and always unless the server uses OAUTH2.',
  })
  connection(
    @Root() server: Server,
    @Ctx() { connectionLoader }: ConnectionsContext,
  ): Promise<GrantFacts | null> | null {
    return server.authType === 'OAUTH2' ? connectionLoader.connection(server.id) : null;
  }

  @Audience('EVERYONE')
  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The page that connects your account; null unless the server uses OAUTH2. Open it in a popup, with ?origin= for a frontend on another origin (one of ALLOWED_ORIGINS) and ?return= for a path to lead back to. The popup posts {type: "mcp-oauth2-complete", serverId, status: "success" | "error"} to that origin; take it as a hint to read authConnected again.',
  })
  connectUrl(@Root() server: Server, @Ctx() { connections }: ConnectionsContext): string | null {
    return connections.connectUrl(server);
  }

  @Audience('ADMIN')
  @FieldResolver(() => Int, { nullable: true, description: 'How many people are connected to this server.' })
  connectionCount(@Root() server: Server, @Ctx() { connectionLoader }: ConnectionsContext): Promise<number> {
    return connectionLoader.connectionCount(server.id);
  }

  @Audience('EVERYONE')
  @Mutation(() => DisconnectType, {
    description:
      'Gives up your own connection to a server: deleted here at once, then revoked at the provider. A provider that does not answer within a few seconds is asked again later (`revocationPending`). It may be repeated, and works for servers that were disabled meanwhile.',
  })
  async disconnectMcpServer(
    @Arg('id', () => GraphQLUUID, { description: 'Which server to disconnect your account from.' })
    id: string,
    @Ctx() { connections }: ConnectionsContext,
  ): Promise<DisconnectType> {
    return connections.disconnect(id);
  }
}
