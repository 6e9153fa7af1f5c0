import type { SelectQueryBuilder } from 'kysely';
import { badUserInput } from '../errors.js';
import { maxFirst } from '../input-limits.js';
import { cursorOf, isAfter, positionIn, readCursor, type Order } from './order.js';

/** The number of rows of a page that names no other. */
export const defaultPage = 50;

/** Asks for the `first` rows after a cursor. */
export interface PageRequest {
  first: number;
  after?: string | null | undefined;
}

/** A page of a list, in the form of a Relay connection. */
export interface Page<Row> {
  edges: { cursor: string; node: Row }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

/** A page of a list whose rows can be counted. */
export interface CountedPage<Row> extends Page<Row> {
  /** Counts the rows of all pages, by one statement. */
  count(): Promise<number>;
}

/**
 * Returns a page of the query's rows, by one statement. It reads one row more, which tells whether another page follows. Rows
 * that are added or deleted between two pages neither repeat nor hide another row.
 * @param query without an order and a limit
 * @throws BAD_USER_INPUT naming every mistake of the request
 */
export async function findPage<DB, TB extends keyof DB, Row>(
  query: SelectQueryBuilder<DB, TB, Row>,
  order: Order,
  request: PageRequest,
): Promise<Page<Row>> {
  const { first, after } = readPageRequest(order, request);
  let page = query.select(positionIn(order).as('position')).limit(first + 1);
  for (const { expression } of order.keys) page = page.orderBy(expression, order.direction);
  if (after) page = page.where(isAfter(order, after));
  const rows = (await page.execute()) as (Row & { position: string[] })[];
  const edges = rows
    .slice(0, first)
    .map(({ position, ...node }) => ({ cursor: cursorOf(order, position), node: node as Row }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** Returns the page with every row converted. */
export function mapPage<Row, Node>(page: Page<Row>, convert: (row: Row) => Node): Page<Node> {
  return { ...page, edges: page.edges.map(({ cursor, node }) => ({ cursor, node: convert(node) })) };
}

function readPageRequest(
  order: Order,
  { first, after }: PageRequest,
): { first: number; after: string[] | null } {
  const position = after == null ? null : readCursor(order, after);
  const mistakes = [
    ...(first >= 1 && first <= maxFirst
      ? []
      : [{ path: 'first', message: `Enter a number from 1 to ${maxFirst}.` }]),
    ...(after != null && position === null
      ? [{ path: 'after', message: 'Enter an unchanged cursor of this list.' }]
      : []),
  ];
  if (mistakes.length > 0) throw badUserInput(mistakes);
  return { first, after: position };
}
