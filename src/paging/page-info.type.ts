import { Field, ObjectType } from 'type-graphql';
import { Audience } from '../audience.js';

@Audience('EVERYONE')
@ObjectType('PageInfo', { description: 'Information about a page of a list.' })
export class PageInfoType {
  @Field(() => Boolean, { description: 'True if more rows follow this page.' })
  hasNextPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'The cursor of the last row. Pass it as `after` to get the next page. null for an empty page.',
  })
  endCursor!: string | null;
}
