import { Field, GraphQLISODateTime, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../audience.js';
import { ExpectedRows } from '../expected-rows.js';
import { ResponsibleParty } from '../oauth2/report/failure.js';
import { Layer } from '../oauth2/report/layer.js';
import '../servers/graphql/server-enums.type.js';
import { Transport } from '../servers/store/mcp-server-config.entity.js';

const DiagnosisOutcome = {
  FOUND: 'FOUND',
  NOT_HERE: 'NOT_HERE',
  FAILED: 'FAILED',
  SKIPPED: 'SKIPPED',
} as const;
type DiagnosisOutcome = (typeof DiagnosisOutcome)[keyof typeof DiagnosisOutcome];

registerEnumType(DiagnosisOutcome, {
  name: 'McpServerDiagnosisOutcome',
  description: 'The outcome of a step.',
  valuesConfig: {
    FOUND: { description: 'The step succeeded.' },
    NOT_HERE: { description: 'Nothing was found. The next location or method is tried.' },
    FAILED: { description: 'The step failed.' },
    SKIPPED: { description: 'The step was skipped. `detail` contains the reason.' },
  },
});

@Audience('EVERYONE')
@ObjectType('McpServerDiagnosisStep', {
  simpleResolvers: true,
  description: 'One check of a diagnosis. Administrators only.',
})
export class DiagnosisStepType {
  @Field(() => Layer, { description: 'The layer that was checked.' })
  layer!: Layer;

  @Field(() => String, { description: 'The name of the check.' })
  name!: string;

  @Field(() => String, { description: 'The URL that was checked.' })
  url!: string;

  @Field(() => String, { description: 'The expected result.' })
  expected!: string;

  @Field(() => DiagnosisOutcome, { description: 'The outcome.' })
  outcome!: DiagnosisOutcome;

  @Field(() => String, {
    description: 'The result. It may quote names and messages of the remote server as plain text.',
  })
  detail!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The HTTP status. Null if no response arrived or no request was sent.',
  })
  status!: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The media type of the response if it is well known, otherwise `other`. Null if there is none.',
  })
  contentType!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The duration in milliseconds. Null if nothing was sent.',
  })
  durationMs!: number | null;
}

@Audience('EVERYONE')
@ObjectType('McpServerDiagnosisFailure', {
  simpleResolvers: true,
  description: 'The first failure of a diagnosis.',
})
export class DiagnosisFailureType {
  @Field(() => Layer, { description: 'The first layer that failed.' })
  layer!: Layer;

  @Field(() => ResponsibleParty, { description: 'The party that can fix it.' })
  responsibleParty!: ResponsibleParty;

  @Field(() => String, { description: 'What failed.' })
  message!: string;

  @Field(() => String, { description: 'How to fix it.' })
  remedy!: string;
}

@Audience('EVERYONE')
@ObjectType('McpServerDiagnosis', {
  simpleResolvers: true,
  description:
    'The result of the checks between Switchboard and an MCP server. Contains no secret. Of a remote server’s text, it contains plain names and messages only, cut to a few hundred characters. Administrators only.',
})
export class DiagnosisType {
  @Field(() => GraphQLISODateTime, { description: 'The time at which the diagnosis started.' })
  startedAt!: Date;

  @Field(() => Int, { description: 'The duration in milliseconds.' })
  durationMs!: number;

  @Field(() => String, { description: 'The MCP endpoint at that time.' })
  url!: string;

  @Field(() => Transport, {
    nullable: true,
    description:
      'The transport that the server speaks, as far as it answers without a token: the `transport` to add it with. Null if it is not known.',
  })
  transport!: Transport | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The server’s `version` at that time. Null for a URL without a stored server.',
  })
  version!: number | null;

  @Field(() => Boolean, {
    description: 'True if no step failed. Skipped steps do not count as failed.',
  })
  succeeded!: boolean;

  @Field(() => DiagnosisFailureType, { nullable: true, description: 'The failure. Null if no step failed.' })
  failure!: DiagnosisFailureType | null;

  @ExpectedRows(10)
  @Field(() => [DiagnosisStepType], {
    description: 'The steps in order. After a step that failed, other locations may have been tried.',
  })
  steps!: DiagnosisStepType[];
}

@Audience('EVERYONE')
@ObjectType('McpServerDiagnosisChange', {
  simpleResolvers: true,
  description: 'A step whose result differs from the last successful diagnosis. Durations are not compared.',
})
export class DiagnosisChangeType {
  @Field(() => DiagnosisStepType, {
    nullable: true,
    description: 'The step in the last successful diagnosis. Null if it had no such step.',
  })
  before!: DiagnosisStepType | null;

  @Field(() => DiagnosisStepType, {
    nullable: true,
    description: 'The step in the last diagnosis. Null if it had no such step.',
  })
  now!: DiagnosisStepType | null;
}
