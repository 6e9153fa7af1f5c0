import { sql, type RawBuilder } from 'kysely';
import { isUuid } from '../uuid.js';

/** A column or expression that a list is ordered by. */
interface Key {
  expression: RawBuilder<unknown>;
  /** The expression's value as a cursor holds it. */
  text: RawBuilder<string>;
  /** Tells whether a cursor's text can be a value of the expression. */
  accepts(text: string): boolean;
  /** Returns the expression's value for a cursor's text. */
  value(text: string): RawBuilder<unknown>;
}

/** The order of a list. The keys together are unique, and an index has them in this order. */
export interface Order {
  /** Names the list in its cursors, so that another list refuses them. */
  list: string;
  direction: 'asc' | 'desc';
  keys: readonly Key[];
}

/** Orders by a `timestamptz`. A cursor holds microseconds, PostgreSQL's precision, where a JavaScript Date would round. */
export function byTime(column: string): Key {
  const expression = sql.ref(column);
  return {
    expression,
    text: sql<string>`(extract(epoch from ${expression}) * 1000000)::bigint::text`,
    accepts: (text) => /^\d{1,16}$/.test(text),
    value: (text) => sql`timestamptz 'epoch' + interval '1 microsecond' * ${text}::bigint`,
  };
}

/** Orders by a `uuid`. */
export function byId(column: string): Key {
  const expression = sql.ref(column);
  return {
    expression,
    text: sql<string>`${expression}::text`,
    accepts: isUuid,
    value: (text) => sql`${text}::uuid`,
  };
}

/** Orders by text, in the database's collation. */
export function byText(expression: RawBuilder<string>): Key {
  return {
    expression,
    text: expression,
    // PostgreSQL accepts no NUL.
    accepts: (text) => !text.includes('\0'),
    value: (text) => sql`${text}::text`,
  };
}

/** Returns the text of each key of a row, for its cursor. */
export function positionIn({ keys }: Order): RawBuilder<string[]> {
  return sql<string[]>`array[${sql.join(keys.map(({ text }) => text))}]`;
}

/** Returns the condition for the rows after a position. */
export function isAfter({ keys, direction }: Order, position: readonly string[]): RawBuilder<boolean> {
  const here = sql.join(keys.map(({ expression }) => expression));
  const there = sql.join(keys.map(({ value }, index) => value(position[index] ?? '')));
  return direction === 'asc' ? sql<boolean>`(${here}) > (${there})` : sql<boolean>`(${here}) < (${there})`;
}

/** Returns the cursor of a position. */
export function cursorOf({ list }: Order, position: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...position])).toString('base64url');
}

/** Returns the position of a cursor; null if it is not one of this list. */
export function readCursor({ list, keys }: Order, cursor: string): string[] | null {
  if (cursor.length > maxCursorLength) return null;
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
  if (!Array.isArray(parts) || parts.length !== keys.length + 1 || parts[0] !== list) return null;
  const position: unknown[] = parts.slice(1);
  const isPosition = (values: unknown[]): values is string[] =>
    values.every((value, index) => typeof value === 'string' && keys[index]?.accepts(value));
  return isPosition(position) ? position : null;
}

/** Longer than every cursor: a name of 200 characters of four bytes each, an id and the name of a list. */
const maxCursorLength = 2_000;
