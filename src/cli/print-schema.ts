import { createSchema, printSchemaSorted } from '../graphql/schema.js';
import type { RunCommand } from './command.js';

/** Prints the GraphQL schema. It needs no database. */
export const printSchema: RunCommand = async () => {
  const schema = printSchemaSorted(await createSchema()).trimEnd();
  return { json: { schema }, text: schema };
};
