import { Field, ObjectType } from 'type-graphql';
import { Audience } from '../audience.js';

@Audience('EVERYONE')
@ObjectType('PageInfo', { description: 'Where a page ends, and whether more follow.' })
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether rows follow after the last one of this page.' })
  hasNextPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'The cursor of the last row, to be given as `after` for the next page; null for an empty page.',
  })
  endCursor!: string | null;
}
