import { Field, ObjectType } from 'type-graphql';
import { Audience } from '../audience.js';

@Audience('EVERYONE')
@ObjectType('PageInfo', {
  simpleResolvers: true,
  description:
    'The position of a page in its list, as the Relay Cursor Connections specification defines it. Lists are read forward only.',
})
export class PageInfoType {
  @Field(() => Boolean, { description: 'True if more rows follow this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, {
    description:
      'True if the page begins after a cursor. It is not checked whether the rows before it still exist.',
  })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the first row. Null for an empty page.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The cursor of the last row. Pass it as `after` to get the next page. Null for an empty page.',
  })
  endCursor!: string | null;
}
