import type DataLoader from 'dataloader';
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import { Uuid } from '../../uuid-input.js';
import { UserType } from '../../identity/users/user.type.js';
import type { UserRow } from '../../identity/users/users.js';
import { DisconnectionsType } from './disconnect.type.js';
import type { OutstandingRevocation, OutstandingRevocations } from '../revoke/outstanding-revocations.js';
import { RevocationStatus } from '../revoke/revocation.entity.js';
import { RevocationType } from './revocation.type.js';
import type { ServerAccounts } from '../server-accounts.js';

interface ServerAccountsContext {
  serverAccounts: ServerAccounts;
  outstandingRevocations: OutstandingRevocations;
  userLoader: DataLoader<string, UserRow | null>;
}

/** Disconnects users' accounts, and lists revocations that providers have not confirmed, for administrators. */
@Resolver(() => RevocationType)
export class ServerAccountsResolver {
  @Audience('ADMIN')
  @Mutation(() => DisconnectionsType, {
    description:
      'Disconnects one user’s account from a server. Switchboard deletes the tokens at once, then revokes them at the provider. If the provider does not answer within a few seconds, Switchboard tries again later. Idempotent. Works for disabled servers. NOT_FOUND for an unknown server or user.',
  })
  disconnectUserFromMcpServer(
    @Uuid() @Arg('id', () => ID, { description: 'The server.' }) id: string,
    @Uuid() @Arg('userId', () => ID, { description: 'The user.' }) userId: string,
    @Ctx() { serverAccounts }: ServerAccountsContext,
  ): Promise<DisconnectionsType> {
    return serverAccounts.disconnectUser(id, userId);
  }

  @Audience('ADMIN')
  @Mutation(() => DisconnectionsType, {
    description:
      'Disconnects all users’ accounts from a server. Switchboard deletes the tokens at once, then revokes them at the provider. If the provider does not answer within a few seconds, Switchboard tries again later. Idempotent. Works for disabled servers. NOT_FOUND for an unknown server.',
  })
  disconnectAllFromMcpServer(
    @Uuid() @Arg('id', () => ID, { description: 'The server.' }) id: string,
    @Ctx() { serverAccounts }: ServerAccountsContext,
  ): Promise<DisconnectionsType> {
    return serverAccounts.disconnectAll(id);
  }

  @Audience('ADMIN')
  @Query(() => [RevocationType], {
    description:
      'Revocations that providers have not confirmed, newest first. Confirmed revocations are not kept. A revocation with the status GIVEN_UP is kept for 90 days.',
  })
  mcpServerRevocations(
    @Uuid()
    @Arg('serverId', () => ID, {
      nullable: true,
      description: 'Only revocations at this server, which may have been deleted. Defaults to all servers.',
    })
    serverId: string | null | undefined,
    @Arg('status', () => RevocationStatus, {
      nullable: true,
      description: 'Only revocations with this status. Defaults to all.',
    })
    status: RevocationStatus | null | undefined,
    @Arg('first', () => Int, {
      defaultValue: 50,
      description: 'The maximum number of revocations, 1 to 200.',
    })
    first: number,
    @Ctx() { outstandingRevocations }: ServerAccountsContext,
  ): Promise<OutstandingRevocation[]> {
    return outstandingRevocations.list({ serverId, status }, first);
  }

  @Audience('EVERYONE')
  @FieldResolver(() => UserType, { nullable: true, description: 'The user whose account it was.' })
  user(
    @Root() { userId }: OutstandingRevocation,
    @Ctx() { userLoader }: ServerAccountsContext,
  ): Promise<UserRow | null> {
    return userLoader.load(userId);
  }
}
