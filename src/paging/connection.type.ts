import { Field, Int, ObjectType, type ClassType } from 'type-graphql';
import { Audience } from '../audience.js';
import { PageInfoType } from './page-info.type.js';

/**
 * Declares the Relay connection of a type of rows: `<name>Connection` and `<name>Edge`. A `Page` resolves it, and a
 * `CountedPage` if `isCounted` adds `totalCount`.
 * @param declaration.row one row, with its article: "A user"
 * @param declaration.description the rows, their order and who may read them
 */
export function connectionOf(
  node: () => ClassType,
  {
    name,
    row,
    description,
    isCounted = false,
  }: { name: string; row: string; description: string; isCounted?: boolean },
): ClassType {
  @Audience('EVERYONE')
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `${row} and its position in the list.` })
  class EdgeType {
    @Field(() => String, { description: 'Pass it as `after` to get the rows that follow.' })
    cursor!: string;

    @Field(node, { description: `${row}.` })
    node!: object;
  }

  @Audience('EVERYONE')
  @ObjectType(`${name}Connection`, { simpleResolvers: true, description })
  class ConnectionType {
    @Field(() => [EdgeType], { description: 'The rows of this page.' })
    edges!: EdgeType[];

    @Field(() => PageInfoType, { description: 'The position of this page in the list.' })
    pageInfo!: PageInfoType;

    count!: () => Promise<number>;

    totalCount(): Promise<number> {
      return this.count();
    }
  }
  if (isCounted) {
    Field(() => Int, {
      description: 'The number of rows on all pages. It is counted only where it is selected.',
    })(ConnectionType.prototype, 'totalCount', { value: ConnectionType.prototype.totalCount });
  }
  return ConnectionType;
}
