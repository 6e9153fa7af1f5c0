import { Field, GraphQLISODateTime, InputType } from 'type-graphql';
import { ApiTokenScope } from '../store/access-token.entity.js';

@InputType({ description: 'An API token to issue to the viewer.' })
export class CreateApiTokenInput {
  @Field(() => String, { description: 'What it is for, in one line of 1 to 100 characters.' })
  name!: string;

  @Field(() => ApiTokenScope, { nullable: true, description: 'Left out: USE.' })
  scope?: ApiTokenScope | null;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'In the future, at most 366 days ahead. Left out: 90 days from now.',
  })
  expiresAt?: Date | null;
}
