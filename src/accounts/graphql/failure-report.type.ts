import { GraphQLUUID } from 'graphql-scalars';
import { Field, GraphQLISODateTime, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { OAuth2CompatibilitySettingType } from '../../servers/graphql/oauth2-compatibility.type.js';
import { FailureStep } from '../failures/failure-report.entity.js';

registerEnumType(FailureStep, {
  name: 'FailureStep',
  description: 'Where in the life of a connection something failed.',
  valuesConfig: {
    AUTHORIZATION_REQUEST: { description: 'Before the person was sent to the provider.' },
    AUTHORIZATION_RESPONSE: { description: 'In what the provider sent the person back with.' },
    TOKEN_REQUEST: { description: 'When the code was to be exchanged for a token.' },
    REFRESH: { description: 'When the token was to be renewed.' },
    LIST_TOOLS: { description: 'When the MCP server was asked for its tools.' },
    CALL_TOOL: { description: 'When a tool was called.' },
  },
});

@Audience('EVERYONE')
@ObjectType('FailureReport', {
  simpleResolvers: true,
  description:
    'One way in which one person’s connection to one server fails. It is only ever answered to administrators; the person saw its message and its reference.',
})
export class FailureReportType {
  @Field(() => String, { description: 'What the person was shown, eight characters.' })
  reference!: string;

  @Field(() => GraphQLUUID, { description: 'The server.' })
  serverId!: string;

  @Field(() => String, { description: 'What people call the server.' })
  serverName!: string;

  @Field(() => FailureStep, { description: 'What was being done.' })
  step!: FailureStep;

  @Field(() => String, { description: 'The code of the error that the person got.' })
  code!: string;

  @Field(() => String, {
    description:
      'The error code that the provider answered, if it is a registered one (RFC 6749 and its extensions); else empty.',
  })
  oauth2Error!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The HTTP status that the other side answered; null when it is not about an answer.',
  })
  httpStatus!: number | null;

  @Field(() => String, { description: 'What the person was told.' })
  message!: string;

  @Field(() => [OAuth2CompatibilitySettingType], {
    description:
      'What could be relaxed for this server, so that it would not fail, and why that is less safe; empty where nothing would help.',
  })
  suggestedSettings!: readonly OAuth2CompatibilitySettingType[];

  @Field(() => Int, { description: 'How often it happened.' })
  occurrences!: number;

  @Field(() => GraphQLISODateTime, { description: 'When it happened first.' })
  firstFailedAt!: Date;

  @Field(() => GraphQLISODateTime, {
    description: 'When it happened last. Thirty days after that it is forgotten.',
  })
  lastFailedAt!: Date;
}
