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

@Audience('EVERYONE')
@ObjectType('User', {
  simpleResolvers: true,
  description:
    'A user. Members see themselves only, as `viewer`. Users can be disabled and are never deleted.',
})
export class UserType {
  @Field(() => ID, { description: 'The user’s id.' })
  id!: string;

  @Field(() => String, { description: 'The user’s email address. Unique, in lower case.' })
  email!: string;

  @Field(() => String, { description: 'The name that other users see.' })
  displayName!: string;

  @Field(() => Role, { description: 'The user’s role.' })
  role!: Role;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'The time when the user was disabled; null if the user is enabled.',
  })
  disabledAt!: Date | null;

  @Field(() => GraphQLISODateTime, { description: 'The time when the user was created.' })
  createdAt!: Date;
}

@Audience('EVERYONE')
@ObjectType('SignInLink', {
  simpleResolvers: true,
  description:
    'A link that signs a user in. It works once. Anyone who opens it is signed in as this user, so send it to them only.',
})
export class SignInLinkType {
  @Field(() => String, { description: 'The link. It can’t be shown again.' })
  url!: string;

  @Field(() => GraphQLISODateTime, {
    description: 'The time when the link expires, 15 minutes after its creation.',
  })
  expiresAt!: Date;
}
