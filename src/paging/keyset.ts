import { sql, type RawBuilder } from 'kysely';
import { badUserInput } from '../errors.js';
import { isUuid } from '../uuid.js';

/** The largest page of any list. */
const maxPage = 200;

/** A position in a list that is ordered by a time and, among equal times, an id. */
export interface Position {
  /** Microseconds since 1970. This is PostgreSQL's precision; a JavaScript Date would round. */
  at: string;
  id: string;
}

/** A page of a list, in the form of a Relay connection. */
export interface Page<Row> {
  edges: { cursor: string; node: Row }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/**
 * Checks a request for the `first` rows after a cursor.
 * @throws BAD_USER_INPUT naming every mistake
 */
export function readPageRequest({ first, after }: { first: number; after?: string | null | undefined }): {
  first: number;
  after: Position | null;
} {
  const position = after == null ? null : positionOf(after);
  const mistakes = [
    ...(first >= 1 && first <= maxPage
      ? []
      : [{ path: 'first', message: `must be between 1 and ${maxPage}` }]),
    ...(position === undefined
      ? [{ path: 'after', message: 'must be an unchanged cursor of this list' }]
      : []),
  ];
  if (mistakes.length > 0) throw badUserInput(mistakes);
  return { first, after: position ?? null };
}

/** Returns the expression for the `at` of a row's position. */
export function positionTime(time: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`(extract(epoch from ${time}) * 1000000)::bigint::text`;
}

/** Returns the condition for the rows after a position, newest first. */
export function isAfterPosition(
  { time, id }: { time: RawBuilder<unknown>; id: RawBuilder<unknown> },
  position: Position,
): RawBuilder<boolean> {
  return sql<boolean>`(${time}, ${id}) <
    (timestamptz 'epoch' + interval '1 microsecond' * ${position.at}::bigint, ${position.id}::uuid)`;
}

/**
 * Returns a page of rows. The query has read one row more than requested, which shows whether more follow.
 * @param place returns a row's position
 */
export function pageOf<Row>(rows: readonly Row[], first: number, place: (row: Row) => Position): Page<Row> {
  const edges = rows.slice(0, first).map((node) => ({ cursor: cursorOf(place(node)), node }));
  return { edges, pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
}

function cursorOf({ at, id }: Position): string {
  return Buffer.from(`${at}/${id}`).toString('base64url');
}

/** Returns undefined for an invalid cursor. */
function positionOf(cursor: string): Position | undefined {
  const [at, id] = Buffer.from(cursor, 'base64url').toString('latin1').split('/');
  if (at === undefined || id === undefined || !/^\d{1,16}$/.test(at) || !isUuid(id)) return undefined;
  return { at, id };
}
