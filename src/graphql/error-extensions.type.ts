import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../audience.js';
import { errorCodes, errorMembers, type ErrorCode, type ErrorMember } from '../errors.js';
import { ExpectedRows } from '../expected-rows.js';
import { ResponsibleParty } from '../oauth2/report/failure.js';
import { Layer } from '../oauth2/report/layer.js';
import { OAuth2CompatibilitySettingType } from '../servers/graphql/oauth2-compatibility.type.js';
import '../servers/graphql/server-enums.type.js';
import { AuthType } from '../servers/store/mcp-server-config.entity.js';
import { OAuth2DiscoveryStepType } from '../servers/graphql/oauth2-discovery.type.js';

const ErrorCodeType = Object.fromEntries(Object.keys(errorCodes).map((code) => [code, code]));

registerEnumType(ErrorCodeType, {
  name: 'ErrorCode',
  description: 'The code of an error, in `extensions.code`. docs/errors.md describes each one.',
  valuesConfig: Object.fromEntries(
    Object.entries(errorCodes).map(([code, { meaning, client, members }]) => {
      const names = Object.keys(members).map((name) => `\`${name}\``);
      const extensions = names.length > 0 ? ` Members of \`extensions\`: ${names.join(', ')}.` : '';
      return [code, { description: `${meaning} ${client}${extensions}` }];
    }),
  ),
});

@Audience('EVERYONE')
@ObjectType('FieldMistake', { simpleResolvers: true, description: 'A mistake in one field of the input.' })
export class FieldMistakeType {
  @Field(() => String, {
    description:
      'The field, dotted and indexed, beginning with the name of an argument: `input.customHeaders[1].name`. For a value that doesn’t fit its declared type, it begins with the name of the variable.',
  })
  path!: string;

  @Field(() => String, { description: 'The mistake, for users.' })
  message!: string;
}

@Audience('EVERYONE')
@ObjectType('JsonRpcError', {
  simpleResolvers: true,
  description: 'The JSON-RPC error of an MCP server. It is untrusted content of the server.',
})
export class JsonRpcErrorType {
  @Field(() => Float, { nullable: true, description: 'The code. Null if the server sent no number.' })
  code!: number | null;

  @Field(() => String, {
    description: 'The message as plain text, 2 KiB at most. Empty if the server sent none.',
  })
  message!: string;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description:
      'The data. Null if the server sent none. Data of more than 8 KiB is replaced by a string, the beginning of its JSON.',
  })
  data!: unknown;
}

@Audience('EVERYONE')
@ObjectType('UrlElicitation', {
  simpleResolvers: true,
  description:
    'A page that the user must open before a tool can run. It is untrusted content of the MCP server.',
})
export class UrlElicitationType {
  @Field(() => String, {
    description: 'The page’s URL. It uses https, or http on a loopback address that the operator allows.',
  })
  url!: string;

  @Field(() => String, { description: 'The server’s reason, as plain text. Empty if it gives none.' })
  message!: string;

  @Field(() => String, { description: 'The server’s identifier of the request. Empty if it gives none.' })
  elicitationId!: string;
}

/** The types of the members of `extensions`. */
const memberTypes = {
  fields: [FieldMistakeType],
  reference: String,
  connectUrl: String,
  steps: [OAuth2DiscoveryStepType],
  layer: Layer,
  responsibleParty: ResponsibleParty,
  remedy: String,
  suggestedSettings: [OAuth2CompatibilitySettingType],
  suggestedAuthType: AuthType,
  suggestedUrl: String,
  // A cost may exceed the range of Int.
  cost: Float,
  limit: Float,
  requestId: String,
  jsonRpcError: JsonRpcErrorType,
  elicitations: [UrlElicitationType],
} satisfies Record<ErrorMember, unknown>;

/** Documents the JSON of errors. It is in the schema, so that tools can generate its types, but no field returns it. */
@Audience('EVERYONE')
@ObjectType('ErrorExtensions', {
  simpleResolvers: true,
  description:
    'The shape of `extensions` of every error in a response. No field returns it. A member that an error doesn’t have is absent, not null. docs/errors.md lists the members of each code.',
})
export class ErrorExtensionsType {
  @Field(() => ErrorCodeType, { description: 'The kind of error.' })
  code!: ErrorCode;
}

for (const [name, description] of Object.entries(errorMembers)) {
  const type = memberTypes[name as ErrorMember];
  Field(() => type, { nullable: true, description })(ErrorExtensionsType.prototype, name);
  // No query selects it, but every list declares its rows.
  if (Array.isArray(type)) ExpectedRows(1)(ErrorExtensionsType.prototype, name);
}
