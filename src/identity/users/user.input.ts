import { Field, InputType } from 'type-graphql';
import { Role } from '../store/user.entity.js';

@InputType({ description: 'A person to let in.' })
export class CreateUserInput {
  @Field(() => String, { description: 'Name@domain, at most 254 characters; stored in lower case, unique.' })
  email!: string;

  @Field(() => String, {
    nullable: true,
    description: 'One line, 1 to 200 characters. Left out: the part of the address before the @.',
  })
  displayName?: string | null;

  @Field(() => Role, { nullable: true, description: 'Left out: MEMBER.' })
  role?: Role | null;
}

@InputType({
  description: 'What to change about a person; what is left out is kept, and nothing may be null.',
})
export class UpdateUserInput {
  @Field(() => String, { nullable: true, description: 'One line, 1 to 200 characters.' })
  displayName?: string | null;

  @Field(() => Role, { nullable: true, description: 'Holds from that person’s next request on.' })
  role?: Role | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'true ends every session, API token and sign-in link of that person and revokes their connections; false lets them sign in again.',
  })
  disabled?: boolean | null;
}
