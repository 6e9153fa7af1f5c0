import type DataLoader from 'dataloader';
import { GraphQLUUID } from 'graphql-scalars';
import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import { UserType } from '../../identity/users/user.type.js';
import type { UserRow } from '../../identity/users/users.js';
import { DisconnectionsType } from './disconnections.type.js';
import type { OutstandingRevocation, OutstandingRevocations } from '../revoke/outstanding-revocations.js';
import { RevocationStatus } from '../revoke/revocation.entity.js';
import { RevocationType } from './revocation.type.js';
import type { ServerAccounts } from '../server-accounts.js';

interface ServerAccountsContext {
  serverAccounts: ServerAccounts;
  outstandingRevocations: OutstandingRevocations;
  userLoader: DataLoader<string, UserRow | null>;
}

/** How administrators end people's connections, and what is left of them at the providers. */
@Resolver(() => RevocationType)
export class ServerAccountsResolver {
  @Audience('ADMIN')
  @Mutation(() => DisconnectionsType, {
    description:
      'Ends one person’s connection to a server: deleted here at once, then revoked at the provider. A provider that does not answer within a few seconds is asked again later. It may be repeated, and works for disabled servers. NOT_FOUND for an unknown server or user.',
  })
  disconnectUserFromMcpServer(
    @Arg('id', () => GraphQLUUID, { description: 'Which server.' }) id: string,
    @Arg('userId', () => GraphQLUUID, { description: 'Whose connection.' }) userId: string,
    @Ctx() { serverAccounts }: ServerAccountsContext,
  ): Promise<DisconnectionsType> {
    return serverAccounts.disconnectUser(id, userId);
  }

  @Audience('ADMIN')
  @Mutation(() => DisconnectionsType, {
    description:
      'Ends everybody’s connection to a server: deleted here at once, then revoked at the provider. A provider that does not answer within a few seconds is asked again later. It may be repeated, and works for disabled servers. NOT_FOUND for an unknown server.',
  })
  disconnectAllFromMcpServer(
    @Arg('id', () => GraphQLUUID, { description: 'Which server.' }) id: string,
    @Ctx() { serverAccounts }: ServerAccountsContext,
  ): Promise<DisconnectionsType> {
    return serverAccounts.disconnectAll(id);
  }

  @Audience('ADMIN')
  @Query(() => [RevocationType], {
    description:
      'Connections that were given up here and that providers have not confirmed to be revoked, newest first. Confirmed ones are not kept; what was given up is kept for 90 days.',
  })
  mcpServerRevocations(
    @Arg('serverId', () => GraphQLUUID, {
      nullable: true,
      description: 'Of this server alone, which may have been deleted; without it, of all.',
    })
    serverId: string | null | undefined,
    @Arg('status', () => RevocationStatus, {
      nullable: true,
      description: 'Those alone that are still asked for, or were given up.',
    })
    status: RevocationStatus | null | undefined,
    @Arg('first', () => Int, { defaultValue: 50, description: 'How many at most, 1 to 200.' }) first: number,
    @Ctx() { outstandingRevocations }: ServerAccountsContext,
  ): Promise<OutstandingRevocation[]> {
    return outstandingRevocations.list({ serverId, status }, first);
  }

  @Audience('EVERYONE')
  @FieldResolver(() => UserType, { nullable: true, description: 'Whose connection it was.' })
  user(
    @Root() { userId }: OutstandingRevocation,
    @Ctx() { userLoader }: ServerAccountsContext,
  ): Promise<UserRow | null> {
    return userLoader.load(userId);
  }
}
