import { Field, GraphQLISODateTime, ID, Int, ObjectType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { UserType } from '../../identity/users/user.type.js';
import type { GraphqlType, ServerField } from '../fields/field.js';
import { serverFields } from '../fields/fields.js';
import {
  AuthType,
  Availability,
  OAuth2ClientFailure,
  OAuth2Registration,
  Transport,
} from '../store/mcp-server-config.entity.js';
import { OAuth2CompatibilityType } from './oauth2-compatibility.type.js';
import './server-enums.type.js';

/** The types that the fields of a server have in responses. */
export const outputTypes = {
  Boolean,
  DateTime: GraphQLISODateTime,
  Int,
  McpServerAuthType: AuthType,
  McpServerAvailability: Availability,
  McpServerTransport: Transport,
  OAuth2ClientFailure,
  OAuth2Compatibility: OAuth2CompatibilityType,
  OAuth2Registration,
  String,
  ID,
  User: UserType,
  '[String]': [String],
} satisfies { [Type in GraphqlType]?: unknown };

/** Its fields are those of `serverFields`. Other domains add fields by field resolvers. */
@ObjectType('McpServerConfig', {
  simpleResolvers: true,
  description:
    'An MCP server of the catalogue. Members see enabled servers only. The fields for administrators are null for members. A setting without a value is an empty string or list. Secrets can be set but never read.',
})
export class McpServerConfigType {}

for (const [name, field] of Object.entries<ServerField>(serverFields)) {
  const { audience, type } = field;
  if (audience === 'NONE' || !(type in outputTypes)) continue;
  const nullable = audience === 'ADMIN';
  const description = nullable ? `${field.description} Administrators only.` : field.description;
  const { prototype } = McpServerConfigType;
  Field(() => outputTypes[type as keyof typeof outputTypes], { nullable, description })(prototype, name);
  Audience(audience)(prototype, name);
}
