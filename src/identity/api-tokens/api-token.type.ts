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

@ObjectType('ApiToken', {
  description: 'An API token of the viewer. The token itself can’t be read again.',
})
export class ApiTokenType {
  @Field(() => ID, { description: 'The token’s id.' })
  @Audience('EVERYONE')
  id!: string;

  @Field(() => String, { description: 'The name that its owner gave it.' })
  @Audience('EVERYONE')
  name!: string;

  @Field(() => ApiTokenScope, { description: 'The token’s permissions.' })
  @Audience('EVERYONE')
  scope!: ApiTokenScope;

  @Field(() => GraphQLISODateTime, { description: 'The time when the token was created.' })
  @Audience('EVERYONE')
  createdAt!: Date;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'The time of the last use, up to one minute late; null if the token is unused.',
  })
  @Audience('EVERYONE')
  lastUsedAt!: Date | null;

  @Field(() => GraphQLISODateTime, { description: 'The time when the token expires.' })
  @Audience('EVERYONE')
  expiresAt!: Date;
}

@ObjectType('CreatedApiToken', { description: 'A new API token.' })
export class CreatedApiTokenType {
  @Field(() => String, {
    description: 'The token. Send it as `Authorization: Bearer swb_…`. It can’t be shown again.',
  })
  @Audience('EVERYONE')
  token!: string;

  @Field(() => ApiTokenType, { description: 'The token’s readable properties.' })
  @Audience('EVERYONE')
  apiToken!: ApiTokenType;
}
