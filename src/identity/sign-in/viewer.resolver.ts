import { Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import { ExpectedRows } from '../../expected-rows.js';
import { ApiTokenType } from '../api-tokens/api-token.type.js';
import type { ApiTokenRow, ApiTokens } from '../api-tokens/api-tokens.js';
import { UserType } from '../users/user.type.js';
import type { UserRow } from '../users/users.js';
import { hasFullRights, mayUse, type Viewer } from '../viewer.js';
import type { Sessions } from './sessions.js';
import { SignOutPayload, ViewerAccessType } from './viewer.type.js';

/** The user who sends the request, and what their credential permits. */
@Resolver(() => UserType)
export class ViewerResolver {
  @Query(() => UserType, { description: 'Returns the user who sends the request.' })
  @Audience('EVERYONE')
  viewer(@Ctx() { viewer }: { viewer: Viewer }): UserRow {
    const { userId, email, displayName, role, createdAt } = viewer;
    return { id: userId, email, displayName, role, createdAt: new Date(createdAt), disabledAt: null };
  }

  @FieldResolver(() => ViewerAccessType, {
    nullable: true,
    description: 'What the viewer may do with the credential of this request. Null for every other user.',
  })
  @Audience('EVERYONE')
  // At most one user of a list has it.
  @ExpectedRows(0)
  access(@Root() { id }: UserRow, @Ctx() { viewer }: { viewer: Viewer }): ViewerAccessType | null {
    if (id !== viewer.userId) return null;
    return {
      kind: viewer.kind,
      scope: viewer.scope,
      canUseAccounts: mayUse(viewer),
      canConnectAccounts: viewer.kind === 'SESSION',
      canManageApiTokens: hasFullRights(viewer),
      canAdminister: viewer.isAdmin,
    };
  }

  @Mutation(() => SignOutPayload, {
    nullable: true,
    description: 'Ends the viewer’s browser session. To revoke an API token, use revokeApiToken.',
  })
  @Audience('EVERYONE')
  async signOut(@Ctx() { sessions }: { sessions: Sessions }): Promise<SignOutPayload> {
    await sessions.signOut();
    return { signedOut: true };
  }
}

/** Adds the API token of the request, which is looked up only where it is selected. */
@Resolver(() => ViewerAccessType)
export class ViewerAccessResolver {
  @FieldResolver(() => ApiTokenType)
  apiToken(@Ctx() { apiTokens }: { apiTokens: ApiTokens }): Promise<ApiTokenRow | null> {
    return apiTokens.current();
  }
}
