import { badUserInput } from '../errors.js';
import { isUuid } from '../uuid.js';

/** The longest page of any list. */
export const maxPage = 200;

/** A place in a list that is ordered by a time and, where that is the same, an id. */
export interface Position {
  /** Microseconds since 1970, as PostgreSQL counts them: a JavaScript Date would round. */
  at: string;
  id: string;
}

/** A page of a list, in the form of a Relay connection. */
export interface Page<Row> {
  edges: { cursor: string; node: Row }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/**
 * Checks what was asked for: `first` rows after the row of a cursor.
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
      ? [{ path: 'after', message: 'must be a cursor of this list, exactly as it was answered' }]
      : []),
  ];
  if (mistakes.length > 0) throw badUserInput(mistakes);
  return { first, after: position ?? null };
}

/** SQL for a time column as a `Position` holds it. */
export function microseconds(column: string): string {
  return `(extract(epoch from ${column}) * 1000000)::bigint::text`;
}

/** SQL that holds for the rows after a position, newest first; its values are the position's `at` and `id`. */
export function isAfter(timeColumn: string, idColumn: string): string {
  return `(${timeColumn}, ${idColumn}) < (timestamptz 'epoch' + interval '1 microsecond' * ?::bigint, ?::uuid)`;
}

/**
 * A page of rows that were read with one more than asked for, by which it is known whether more follow.
 * @param place where a row is in its list
 */
export function pageOf<Row>(rows: readonly Row[], first: number, place: (row: Row) => Position): Page<Row> {
  const edges = rows.slice(0, first).map((node) => ({ cursor: cursorOf(place(node)), node }));
  return { edges, pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
}

function cursorOf({ at, id }: Position): string {
  return Buffer.from(`${at}/${id}`).toString('base64url');
}

/** undefined for what is no cursor. */
function positionOf(cursor: string): Position | undefined {
  const [at, id] = Buffer.from(cursor, 'base64url').toString('latin1').split('/');
  if (at === undefined || id === undefined || !/^\d{1,16}$/.test(at) || !isUuid(id)) return undefined;
  return { at, id };
}
