import type { GraphQLSchema } from 'graphql';
import { QueryCost } from '../../../src/graphql/cost/query-cost.js';

/** Returns a cost check that accepts every operation, for tests of other parts of execution. */
export function unlimitedCost(schema: GraphQLSchema): QueryCost {
  const rows = { expected: () => ({ SERVERS: 0, DIAGNOSES_OF_SERVER: 0 }), observe() {} };
  return new QueryCost({ schema, rows, maxCost: Infinity });
}
