import type DataLoader from 'dataloader';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import { Uuid } from '../../uuid-input.js';
import { UserType } from '../../identity/users/user.type.js';
import type { UserRow } from '../../identity/users/users.js';
import { connectionOf } from '../../paging/connection.type.js';
import { PageArgs } from '../../paging/page-args.input.js';
import type { CountedPage } from '../../paging/page.js';
import { DisconnectAllFromMcpServerPayload, DisconnectUserFromMcpServerPayload } from './disconnect.type.js';
import type { OutstandingRevocation, OutstandingRevocations } from '../revoke/outstanding-revocations.js';
import { RevocationStatus } from '../revoke/revocation.entity.js';
import { RevocationType } from './revocation.type.js';
import type { Disconnections, ServerAccounts } from '../server-accounts.js';

interface ServerAccountsContext {
  serverAccounts: ServerAccounts;
  outstandingRevocations: OutstandingRevocations;
  userLoader: DataLoader<string, UserRow | null>;
}

const RevocationConnectionType = connectionOf(() => RevocationType, {
  name: 'McpServerRevocation',
  row: 'A revocation',
  description: 'A page of the revocations that providers have not confirmed, newest first.',
  isCounted: true,
});

/** Disconnects users' accounts, and lists revocations that providers have not confirmed, for administrators. */
@Resolver(() => RevocationType)
export class ServerAccountsResolver {
  @Audience('ADMIN')
  @Mutation(() => DisconnectUserFromMcpServerPayload, {
    nullable: true,
    description:
      'Disconnects one user’s account from a server. Switchboard deletes the tokens at once, then revokes them at the provider. If the provider does not answer within a few seconds, Switchboard tries again later. Idempotent. Works for disabled servers. NOT_FOUND for an unknown server or user.',
  })
  disconnectUserFromMcpServer(
    @Uuid() @Arg('id', () => ID, { description: 'The server.' }) id: string,
    @Uuid() @Arg('userId', () => ID, { description: 'The user.' }) userId: string,
    @Ctx() { serverAccounts }: ServerAccountsContext,
  ): Promise<Disconnections> {
    return serverAccounts.disconnectUser(id, userId);
  }

  @Audience('ADMIN')
  @Mutation(() => DisconnectAllFromMcpServerPayload, {
    nullable: true,
    description:
      'Disconnects all users’ accounts from a server. Switchboard deletes the tokens at once, then revokes them at the provider. If the provider does not answer within a few seconds, Switchboard tries again later. Idempotent. Works for disabled servers. NOT_FOUND for an unknown server.',
  })
  disconnectAllFromMcpServer(
    @Uuid() @Arg('id', () => ID, { description: 'The server.' }) id: string,
    @Ctx() { serverAccounts }: ServerAccountsContext,
  ): Promise<Disconnections> {
    return serverAccounts.disconnectAll(id);
  }

  @Audience('ADMIN')
  @Query(() => RevocationConnectionType, {
    nullable: true,
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
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { outstandingRevocations }: ServerAccountsContext,
  ): Promise<CountedPage<OutstandingRevocation>> {
    return outstandingRevocations.list({ serverId, status }, page);
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
