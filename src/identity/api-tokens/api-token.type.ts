import { Field, GraphQLISODateTime, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { ApiTokenScope } from '../store/access-token.entity.js';

registerEnumType(ApiTokenScope, {
  name: 'ApiTokenScope',
  description: 'The permissions of an API token. They never exceed those of its owner.',
  valuesConfig: {
    READ: { description: 'Reads what a member can read.' },
    USE: { description: 'Has the permissions of a member: reads, and uses the owner’s connected accounts.' },
    ADMIN: { description: 'Has all permissions of its owner.' },
  },
});

@Audience('EVERYONE')
@ObjectType('ApiToken', {
  simpleResolvers: true,
  description: 'An API token of the viewer. The token itself can’t be read again.',
})
export class ApiTokenType {
  @Field(() => ID, { description: 'The token’s id.' })
  id!: string;

  @Field(() => String, { description: 'The name that its owner gave it.' })
  name!: string;

  @Field(() => ApiTokenScope, { description: 'The token’s permissions.' })
  scope!: ApiTokenScope;

  @Field(() => GraphQLISODateTime, { description: 'The time when the token was created.' })
  createdAt!: Date;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'The time of the last use, up to one minute late; null if the token is unused.',
  })
  lastUsedAt!: Date | null;

  @Field(() => GraphQLISODateTime, { description: 'The time when the token expires.' })
  expiresAt!: Date;
}

@Audience('EVERYONE')
@ObjectType('CreateApiTokenPayload', { simpleResolvers: true, description: 'A new API token.' })
export class CreateApiTokenPayload {
  @Field(() => ApiTokenType, { description: 'The token’s readable properties.' })
  apiToken!: ApiTokenType;

  @Field(() => String, {
    description: 'The token. Send it as `Authorization: Bearer swb_…`. It can’t be shown again.',
  })
  token!: string;
}

@Audience('EVERYONE')
@ObjectType('RevokeApiTokenPayload', { simpleResolvers: true, description: 'The revoked API token.' })
export class RevokeApiTokenPayload {
  @Field(() => ID, { description: 'The id of the token, which `apiTokens` no longer lists.' })
  deletedApiTokenId!: string;
}
