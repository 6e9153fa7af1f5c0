import { Field, GraphQLISODateTime, InputType } from 'type-graphql';
import { ApiTokenScope } from '../store/access-token.entity.js';

@InputType({ description: 'An API token to create for the viewer.' })
export class CreateApiTokenInput {
  @Field(() => String, {
    description: 'A name that says what the token is for: one line of 1 to 100 characters.',
  })
  name!: string;

  @Field(() => ApiTokenScope, { nullable: true, description: 'Defaults to `USE`.' })
  scope?: ApiTokenScope | null;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'In the future, at most 366 days from now. Defaults to 90 days from now.',
  })
  expiresAt?: Date | null;
}
