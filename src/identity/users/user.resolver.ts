import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { Audience } from '../../audience.js';
import { Uuid } from '../../uuid-input.js';
import { connectionOf } from '../../paging/connection.type.js';
import { PageArgs } from '../../paging/page-args.input.js';
import type { CountedPage } from '../../paging/page.js';
import { searchMaxLength } from './user-pages.js';
import { CreateSignInLinkPayload, CreateUserPayload, UpdateUserPayload } from './user-payloads.type.js';
import { CreateUserInput, UpdateUserInput } from './user.input.js';
import { UserType } from './user.type.js';
import type { UserRow, Users } from './users.js';

const UserConnectionType = connectionOf(() => UserType, {
  name: 'User',
  row: 'A user',
  description: 'A page of the users, by name.',
  isCounted: true,
});

@Resolver()
export class UserResolver {
  @Query(() => UserConnectionType, {
    nullable: true,
    description: 'Returns the users by name, disabled ones included. Administrators only.',
  })
  @Audience('ADMIN')
  users(
    @Arg('search', () => String, {
      nullable: true,
      description: `Only users whose name or email address contains each of these words, in any case. At most ${searchMaxLength} characters. Defaults to all users.`,
    })
    search: string | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { users }: { users: Users },
  ): Promise<CountedPage<UserRow>> {
    return users.list(search, page);
  }

  @Query(() => UserType, {
    nullable: true,
    description: 'Returns a user. Administrators only. NOT_FOUND for an unknown id.',
  })
  @Audience('ADMIN')
  user(
    @Uuid() @Arg('id', () => ID, { description: 'The id of the user.' }) id: string,
    @Ctx() { users }: { users: Users },
  ): Promise<UserRow> {
    return users.get(id);
  }

  @Mutation(() => CreateUserPayload, {
    nullable: true,
    description: 'Creates a user. Administrators only. CONFLICT if the email address is taken.',
  })
  @Audience('ADMIN')
  async createUser(
    @Arg('input', () => CreateUserInput, { description: 'The user to create.' }) input: CreateUserInput,
    @Ctx() { users }: { users: Users },
  ): Promise<CreateUserPayload> {
    return { user: await users.create(input) };
  }

  @Mutation(() => UpdateUserPayload, {
    nullable: true,
    description:
      'Changes a user. Administrators only. CONFLICT for the last enabled administrator, who can be neither disabled nor demoted.',
  })
  @Audience('ADMIN')
  async updateUser(
    @Uuid() @Arg('id', () => ID, { description: 'The id of the user.' }) id: string,
    @Arg('input', () => UpdateUserInput, {
      description: 'The changes. Omitted fields are kept.',
    })
    input: UpdateUserInput,
    @Ctx() { users }: { users: Users },
  ): Promise<UpdateUserPayload> {
    return { user: await users.update(id, input) };
  }

  @Mutation(() => CreateSignInLinkPayload, {
    nullable: true,
    description: 'Creates a sign-in link for a user. It works once, for 15 minutes. Administrators only.',
  })
  @Audience('ADMIN')
  createSignInLink(
    @Uuid()
    @Arg('userId', () => ID, { description: 'The id of the user who signs in with the link.' })
    userId: string,
    @Ctx() { users }: { users: Users },
  ): Promise<CreateSignInLinkPayload> {
    return users.createSignInLink(userId);
  }
}
