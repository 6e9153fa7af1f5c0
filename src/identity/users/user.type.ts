import { Field, GraphQLISODateTime, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { Role } from '../store/user.entity.js';

registerEnumType(Role, {
  name: 'Role',
  description: 'The permissions of a user.',
  valuesConfig: {
    ADMIN: { description: 'Manages users and MCP servers, and has the permissions of a member.' },
    MEMBER: { description: 'Sees enabled MCP servers and connects their own accounts to them.' },
  },
});

@ObjectType('User', {
  description: 'A user, as administrators see them. Users can be disabled and are never deleted.',
})
export class UserType {
  @Field(() => ID, { description: 'The user’s id.' })
  @Audience('EVERYONE')
  id!: string;

  @Field(() => String, { description: 'The user’s email address. Unique, in lower case.' })
  @Audience('EVERYONE')
  email!: string;

  @Field(() => String, { description: 'The name that other users see.' })
  @Audience('EVERYONE')
  displayName!: string;

  @Field(() => Role, { description: 'The user’s role.' })
  @Audience('EVERYONE')
  role!: Role;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'The time when the user was disabled; null if the user is enabled.',
  })
  @Audience('EVERYONE')
  disabledAt!: Date | null;

  @Field(() => GraphQLISODateTime, { description: 'The time when the user was created.' })
  @Audience('EVERYONE')
  createdAt!: Date;
}

@ObjectType('SignInLink', {
  description:
    'A link that signs a user in. It works once. Anyone who opens it is signed in as this user, so send it to them only.',
})
export class SignInLinkType {
  @Field(() => String, { description: 'The link. It can’t be shown again.' })
  @Audience('EVERYONE')
  url!: string;

  @Field(() => GraphQLISODateTime, {
    description: 'The time when the link expires, 15 minutes after its creation.',
  })
  @Audience('EVERYONE')
  expiresAt!: Date;
}
