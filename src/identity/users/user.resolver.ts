import { GraphQLUUID } from 'graphql-scalars';
import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { Audience } from '../../audience.js';
import { CreateUserInput, UpdateUserInput } from './user.input.js';
import { SignInLinkType, UserType } from './user.type.js';
import type { SignInLink, UserRow, Users } from './users.js';

@Resolver()
export class UserResolver {
  @Query(() => [UserType], { description: 'Everybody, the disabled too, by name. For administrators.' })
  @Audience('ADMIN')
  users(@Ctx() { users }: { users: Users }): Promise<UserRow[]> {
    return users.list();
  }

  @Mutation(() => UserType, {
    description: 'Lets a person in. For administrators. CONFLICT when the address is taken.',
  })
  @Audience('ADMIN')
  createUser(
    @Arg('input', () => CreateUserInput, { description: 'Whom to let in.' }) input: CreateUserInput,
    @Ctx() { users }: { users: Users },
  ): Promise<UserRow> {
    return users.create(input);
  }

  @Mutation(() => UserType, {
    description:
      'Changes a person. For administrators. CONFLICT for the last enabled administrator, who can be neither disabled nor demoted.',
  })
  @Audience('ADMIN')
  updateUser(
    @Arg('id', () => GraphQLUUID, { description: 'Whom to change.' }) id: string,
    @Arg('input', () => UpdateUserInput, {
      description: 'What to change; fields that are left out are kept.',
    })
    input: UpdateUserInput,
    @Ctx() { users }: { users: Users },
  ): Promise<UserRow> {
    return users.update(id, input);
  }

  @Mutation(() => SignInLinkType, {
    description: 'A one-use sign-in link for a person, good for 15 minutes. For administrators.',
  })
  @Audience('ADMIN')
  createSignInLink(
    @Arg('userId', () => GraphQLUUID, { description: 'Who will sign in with it.' }) userId: string,
    @Ctx() { users }: { users: Users },
  ): Promise<SignInLink> {
    return users.createSignInLink(userId);
  }
}
