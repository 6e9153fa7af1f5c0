import { isScalarType, type GraphQLSchema } from 'graphql';

/** Descriptions of the types that type-graphql and its scalars bring. */
const descriptions: Readonly<Record<string, string>> = {
  Query: 'Reads. Each field checks the viewer’s permissions.',
  Mutation: 'Changes, and operations that send requests to other servers. A request has one mutation field.',
  DateTimeISO:
    'A time (RFC 3339). Responses contain UTC with milliseconds, `2026-01-31T08:15:30.000Z`. Inputs may have any offset.',
  JSON: 'Any JSON value.',
  JSONObject: 'A JSON object.',
};

/** The specification of each custom scalar. */
const specifications: Readonly<Record<string, string>> = {
  DateTimeISO: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  JSON: 'https://www.rfc-editor.org/rfc/rfc8259',
  JSONObject: 'https://www.rfc-editor.org/rfc/rfc8259#section-4',
};

/** Adds the descriptions and specifications that no decorator declares, in place. */
export function documentTypes(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    type.description = descriptions[type.name] ?? type.description;
    if (isScalarType(type)) type.specifiedByURL = specifications[type.name] ?? type.specifiedByURL;
  }
}
