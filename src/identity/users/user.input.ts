import { Field, InputType } from 'type-graphql';
import { Role } from '../store/user.entity.js';

@InputType({ description: 'A user to create.' })
export class CreateUserInput {
  @Field(() => String, {
    description: 'The user’s email address: unique, at most 254 characters, stored in lower case.',
  })
  email!: string;

  @Field(() => String, {
    nullable: true,
    description: 'One line of 1 to 200 characters. Defaults to the part of the email address before the @.',
  })
  displayName?: string | null;

  @Field(() => Role, { nullable: true, description: 'Defaults to `MEMBER`.' })
  role?: Role | null;
}

@InputType({
  description: 'Changes to a user. Omitted fields are kept. A field must not be null.',
})
export class UpdateUserInput {
  @Field(() => String, { nullable: true, description: 'One line of 1 to 200 characters.' })
  displayName?: string | null;

  @Field(() => Role, { nullable: true, description: 'Takes effect with the user’s next request.' })
  role?: Role | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      '`true` ends the user’s sessions, API tokens and sign-in links, and disconnects and revokes their accounts. `false` lets the user sign in again.',
  })
  disabled?: boolean | null;
}
