import { ArgsType, Field, Int } from 'type-graphql';
import { maxFirst } from '../input-limits.js';
import { defaultPage, type PageRequest } from './page.js';

/** The arguments of every connection. */
@ArgsType()
export class PageArgs implements PageRequest {
  @Field(() => Int, {
    defaultValue: defaultPage,
    description: `The maximum number of rows on the page, 1 to ${maxFirst}.`,
  })
  first!: number;

  @Field(() => String, {
    nullable: true,
    description:
      'A cursor of this list, with the same filter. The page begins after it. Rows that are added meanwhile do not shift the pages.',
  })
  after?: string | null;
}
