import type DataLoader from 'dataloader';
import { Ctx, Field, ID, Int, ObjectType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { UserType } from '../../identity/users/user.type.js';
import type { UserRow } from '../../identity/users/users.js';
import { McpServerConfigType } from '../../servers/graphql/mcp-server-config.type.js';
import type { Servers } from '../../servers/servers.js';
import type { VisibleServer } from '../../servers/store/visible-servers.js';
import type { AccountLoader } from '../store/account-loader.js';
import type { AccountView } from '../store/account-view.js';
import { ConnectedAccountType } from './connected-account.type.js';

/** The server of every disconnection. */
@ObjectType({ simpleResolvers: true })
class DisconnectPayload {
  serverId!: string;

  @Field(() => McpServerConfigType, {
    nullable: true,
    description:
      'The server after the disconnect. Null if it has been deleted in the meantime, or if you may not see it because it is disabled.',
  })
  server(@Ctx() { servers }: { servers: Servers }): Promise<VisibleServer | null> {
    return servers.find(this.serverId);
  }
}

@Audience('EVERYONE')
@ObjectType('DisconnectMcpServerPayload', {
  simpleResolvers: true,
  description: 'The result of disconnecting your account.',
})
export class DisconnectMcpServerPayload extends DisconnectPayload {
  @Field(() => ConnectedAccountType, {
    nullable: true,
    description: 'Your account at the server now: null, unless you have connected again in the meantime.',
  })
  account(@Ctx() { accountLoader }: { accountLoader: AccountLoader }): Promise<AccountView | null> {
    return accountLoader.account(this.serverId);
  }

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the disconnected account. Null if there was none.',
  })
  deletedAccountId!: string | null;

  @Field(() => Boolean, {
    description:
      'Whether the provider confirmed that the tokens are revoked (RFC 7009). Switchboard deletes its copy in any case.',
  })
  revoked!: boolean;

  @Field(() => Boolean, {
    description:
      'Whether the provider has not confirmed the revocation yet. Switchboard tries again for up to seven days. You need not do anything.',
  })
  revocationPending!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'The reason why the tokens may still be valid at the provider. Null if they are revoked or there were none.',
  })
  revocationError!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A remark on revoked tokens: the provider revoked the refresh token, but leaves the last access token valid until it expires. Null if nothing is left.',
  })
  revocationRemark!: string | null;
}

/** The numbers of administrators' disconnections. */
@ObjectType({ simpleResolvers: true })
class DisconnectionsPayload extends DisconnectPayload {
  @Field(() => Int, { description: 'The number of users who were connected.' })
  disconnectedCount!: number;

  @Field(() => Int, {
    description: 'The number of accounts whose revocation the provider has confirmed (RFC 7009).',
  })
  revokedCount!: number;

  @Field(() => Int, {
    description:
      'The number of accounts whose revocation the provider has not confirmed yet. Switchboard tries again for up to seven days. See `mcpServerRevocations`.',
  })
  revocationPendingCount!: number;

  @Field(() => Int, { description: 'The number of accounts that the provider cannot revoke.' })
  revocationFailedCount!: number;

  @Field(() => String, {
    nullable: true,
    description:
      'The reason why some tokens may still be valid at the provider. Null if all are revoked or there were none.',
  })
  revocationError!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A remark on revoked tokens: the provider revoked the refresh token, but leaves the last access token valid until it expires. Null if nothing is left.',
  })
  revocationRemark!: string | null;
}

@Audience('EVERYONE')
@ObjectType('DisconnectUserFromMcpServerPayload', {
  simpleResolvers: true,
  description:
    'The result of disconnecting one user’s account. Switchboard deletes its copies of the tokens in any case.',
})
export class DisconnectUserFromMcpServerPayload extends DisconnectionsPayload {
  userId!: string;

  @Field(() => UserType, { nullable: true, description: 'The user.' })
  user(@Ctx() { userLoader }: { userLoader: DataLoader<string, UserRow | null> }): Promise<UserRow | null> {
    return userLoader.load(this.userId);
  }

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the disconnected account. Null if there was none.',
  })
  deletedAccountId!: string | null;
}

@Audience('EVERYONE')
@ObjectType('DisconnectAllFromMcpServerPayload', {
  simpleResolvers: true,
  description:
    'The result of disconnecting all users’ accounts. Switchboard deletes its copies of the tokens in any case.',
})
export class DisconnectAllFromMcpServerPayload extends DisconnectionsPayload {}
