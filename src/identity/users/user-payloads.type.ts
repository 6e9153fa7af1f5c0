import { Field, ObjectType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { SignInLinkType, UserType } from './user.type.js';

@Audience('EVERYONE')
@ObjectType('CreateUserPayload', { simpleResolvers: true, description: 'A new user.' })
export class CreateUserPayload {
  @Field(() => UserType, { description: 'The user.' })
  user!: UserType;
}

@Audience('EVERYONE')
@ObjectType('UpdateUserPayload', { simpleResolvers: true, description: 'A changed user.' })
export class UpdateUserPayload {
  @Field(() => UserType, { description: 'The user after the change.' })
  user!: UserType;
}

@Audience('EVERYONE')
@ObjectType('CreateSignInLinkPayload', { simpleResolvers: true, description: 'A new sign-in link.' })
export class CreateSignInLinkPayload {
  @Field(() => SignInLinkType, { description: 'The sign-in link.' })
  signInLink!: SignInLinkType;

  @Field(() => UserType, { description: 'The user who signs in with the link.' })
  user!: UserType;
}
