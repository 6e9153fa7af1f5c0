import { Extensions } from 'type-graphql';

/** Numbers that are counted in the database, a minute old at most. */
export interface RowCounts {
  /** Servers that the viewer sees. */
  SERVERS: number;
  /** Stored diagnoses of one server, on average: 0 to 1. */
  DIAGNOSES_OF_SERVER: number;
}

/** The rows to expect for one value of the parent: a count, or a constant. */
export type ExpectedRows = keyof RowCounts | number;

/**
 * Declares how many rows a field is expected to return. The cost of a query depends on it. Every list of objects needs one,
 * else the schema does not build. The exceptions are lists with the argument `first`, and `edges` of a connection, whose
 * rows that argument gives. An object that is often null may declare a fraction.
 */
export function ExpectedRows(rows: ExpectedRows): MethodDecorator & PropertyDecorator {
  return Extensions({ expectedRows: rows });
}
