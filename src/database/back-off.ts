import { sql, type RawBuilder } from 'kysely';

/** The pauses between attempts, in seconds: the first one, which each failure doubles, and the longest. */
export interface BackOff {
  first: number;
  longest: number;
}

/** After this many failures in a row, every back-off has reached its longest pause. The limit keeps `power` finite. */
const mostDoublings = 20;

/**
 * Returns the time of the next attempt, by the database's clock: after the back-off, or after `retryAfter` seconds if the
 * other side asks for longer. A random part of up to half of the back-off is left out, so that attempts that failed
 * together do not return together.
 *
 * @param failures the column that counts the failures in a row before this one, as `sql.ref('…')`
 */
export function nextAttempt(
  failures: RawBuilder<unknown>,
  { first, longest }: BackOff,
  retryAfter: number | null,
): RawBuilder<Date> {
  return sql<Date>`now() + make_interval(secs => greatest(${retryAfter ?? 0}::float8,
    least(${longest}::float8, ${first}::float8 * power(2, least(${failures}, ${mostDoublings}))) * (0.5 + random() / 2)))`;
}
