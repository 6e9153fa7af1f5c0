import { GraphQLUUID } from 'graphql-scalars';
import { Field, GraphQLISODateTime, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { ApiTokenScope } from '../store/access-token.entity.js';

registerEnumType(ApiTokenScope, {
  name: 'ApiTokenScope',
  description: 'What an API token may do. It can only narrow what its owner may do.',
  valuesConfig: {
    READ: { description: 'Reads what a member may read.' },
    USE: { description: 'What a member may do: reads, and uses the owner’s connections.' },
    ADMIN: { description: 'Everything its owner may do.' },
  },
});

@ObjectType('ApiToken', {
  description: 'An API token of the viewer’s. The token itself cannot be read again.',
})
export class ApiTokenType {
  @Field(() => GraphQLUUID, { description: 'What revokeApiToken takes.' })
  @Audience('EVERYONE')
  id!: string;

  @Field(() => String, { description: 'What its owner calls it.' })
  @Audience('EVERYONE')
  name!: string;

  @Field(() => ApiTokenScope, { description: 'How far it narrows what its owner may do.' })
  @Audience('EVERYONE')
  scope!: ApiTokenScope;

  @Field(() => GraphQLISODateTime, { description: 'When it was issued.' })
  @Audience('EVERYONE')
  createdAt!: Date;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'Up to a minute behind; null until it is used.',
  })
  @Audience('EVERYONE')
  lastUsedAt!: Date | null;

  @Field(() => GraphQLISODateTime, { description: 'From then on it is refused.' })
  @Audience('EVERYONE')
  expiresAt!: Date;
}

@ObjectType('CreatedApiToken', { description: 'An API token just issued.' })
export class CreatedApiTokenType {
  @Field(() => String, { description: 'Send it as `Authorization: Bearer swb_…`. Shown this once.' })
  @Audience('EVERYONE')
  token!: string;

  @Field(() => ApiTokenType, { description: 'What can be read of it from now on.' })
  @Audience('EVERYONE')
  apiToken!: ApiTokenType;
}
