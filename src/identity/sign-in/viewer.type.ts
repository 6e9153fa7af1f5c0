import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { ApiTokenType } from '../api-tokens/api-token.type.js';
import { ApiTokenScope } from '../store/access-token.entity.js';
import { ViewerKind } from '../viewer.js';

registerEnumType(ViewerKind, {
  name: 'ViewerAccessKind',
  description: 'The credential of a request.',
  valuesConfig: {
    SESSION: { description: 'A browser session.' },
    API_TOKEN: { description: 'An API token.' },
  },
});

@Audience('EVERYONE')
@ObjectType('ViewerAccess', {
  simpleResolvers: true,
  description:
    'What the viewer may do with the credential of this request. Read it before you offer an operation. What it does not allow is FORBIDDEN.',
})
export class ViewerAccessType {
  @Field(() => ViewerKind, { description: 'The kind of credential.' })
  kind!: ViewerKind;

  @Field(() => ApiTokenScope, {
    nullable: true,
    description:
      'The scope of the API token. Null for a browser session, which has all permissions of its user.',
  })
  scope!: ApiTokenScope | null;

  @Field(() => Boolean, {
    description:
      'True if the viewer may use and disconnect their accounts: `callMcpServerTool`, `disconnectMcpServer`. A token with the scope READ may not.',
  })
  canUseAccounts!: boolean;

  @Field(() => Boolean, {
    description: 'True if the viewer may connect accounts at `connectUrl`, which requires a browser session.',
  })
  canConnectAccounts!: boolean;

  @Field(() => Boolean, {
    description:
      'True if the viewer may create and revoke their API tokens: `createApiToken`, `revokeApiToken`.',
  })
  canManageApiTokens!: boolean;

  @Field(() => Boolean, {
    description:
      'True if the viewer is an administrator here: the role is ADMIN, and the credential is a browser session or a token with the scope ADMIN. Otherwise administrators’ fields are null and their operations FORBIDDEN.',
  })
  canAdminister!: boolean;

  @Field(() => ApiTokenType, {
    nullable: true,
    description: 'The API token of this request, such as its name and expiry. Null for a browser session.',
  })
  apiToken?: ApiTokenType | null;
}

@Audience('EVERYONE')
@ObjectType('SignOutPayload', { simpleResolvers: true, description: 'The result of signing out.' })
export class SignOutPayload {
  @Field(() => Boolean, { description: 'True. The session has ended.' })
  signedOut!: boolean;
}
