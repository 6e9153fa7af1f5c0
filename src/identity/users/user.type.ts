import { GraphQLUUID } from 'graphql-scalars';
import { GraphQLISODateTime, Field, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { Role } from '../store/user.entity.js';

registerEnumType(Role, {
  name: 'Role',
  description: 'What somebody may do here.',
  valuesConfig: {
    ADMIN: { description: 'Administers people and MCP servers, and does what a member does.' },
    MEMBER: { description: 'Sees the enabled MCP servers and connects their own accounts to them.' },
  },
});

@ObjectType('User', { description: 'A person, as administrators see them. Disabled, never deleted.' })
export class UserType {
  @Field(() => GraphQLUUID, { description: 'What the mutations on people take.' })
  @Audience('EVERYONE')
  id!: string;

  @Field(() => String, { description: 'Unique, in lower case.' })
  @Audience('EVERYONE')
  email!: string;

  @Field(() => String, { description: 'The name that others see.' })
  @Audience('EVERYONE')
  displayName!: string;

  @Field(() => Role, { description: 'What this person may do here.' })
  @Audience('EVERYONE')
  role!: Role;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'Since when the account is disabled; null while it is enabled.',
  })
  @Audience('EVERYONE')
  disabledAt!: Date | null;

  @Field(() => GraphQLISODateTime, { description: 'When the account was made.' })
  @Audience('EVERYONE')
  createdAt!: Date;
}

@ObjectType('SignInLink', {
  description: 'A one-use way in. Whoever opens it signs in as that user, so send it to that person alone.',
})
export class SignInLinkType {
  @Field(() => String, { description: 'Shown once; it cannot be read again.' })
  @Audience('EVERYONE')
  url!: string;

  @Field(() => GraphQLISODateTime, { description: 'Fifteen minutes after it was made.' })
  @Audience('EVERYONE')
  expiresAt!: Date;
}
