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
