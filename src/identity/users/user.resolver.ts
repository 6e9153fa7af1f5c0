import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { Audience } from '../../audience.js';
import { ExpectedRows } from '../../expected-rows.js';
import { Uuid } from '../../uuid-input.js';
import { CreateUserInput, UpdateUserInput } from './user.input.js';
import { SignInLinkType, UserType } from './user.type.js';
import type { SignInLink, UserRow, Users } from './users.js';

@Resolver()
export class UserResolver {
  @ExpectedRows('USERS')
  @Query(() => [UserType], {
    description: 'Returns all users by name, disabled ones included. Administrators only.',
  })
  @Audience('ADMIN')
  users(@Ctx() { users }: { users: Users }): Promise<UserRow[]> {
    return users.list();
  }

  @Mutation(() => UserType, {
    description: 'Creates a user. Administrators only. CONFLICT if the email address is taken.',
  })
  @Audience('ADMIN')
  createUser(
    @Arg('input', () => CreateUserInput, { description: 'The user to create.' }) input: CreateUserInput,
    @Ctx() { users }: { users: Users },
  ): Promise<UserRow> {
    return users.create(input);
  }

  @Mutation(() => UserType, {
    description:
      'Changes a user. Administrators only. CONFLICT for the last enabled administrator, who can be neither disabled nor demoted.',
  })
  @Audience('ADMIN')
  updateUser(
    @Uuid() @Arg('id', () => ID, { description: 'The id of the user.' }) id: string,
    @Arg('input', () => UpdateUserInput, {
      description: 'The changes. Omitted fields are kept.',
    })
    input: UpdateUserInput,
    @Ctx() { users }: { users: Users },
  ): Promise<UserRow> {
    return users.update(id, input);
  }

  @Mutation(() => SignInLinkType, {
    description: 'Creates a sign-in link for a user. It works once, for 15 minutes. Administrators only.',
  })
  @Audience('ADMIN')
  createSignInLink(
    @Uuid()
    @Arg('userId', () => ID, { description: 'The id of the user who signs in with the link.' })
    userId: string,
    @Ctx() { users }: { users: Users },
  ): Promise<SignInLink> {
    return users.createSignInLink(userId);
  }
}
