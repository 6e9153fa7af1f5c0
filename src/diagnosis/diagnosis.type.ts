import { Field, GraphQLISODateTime, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../audience.js';
import { ResponsibleParty } from '../oauth2/report/failure.js';
import { Layer } from '../oauth2/report/layer.js';
import '../servers/graphql/server-enums.type.js';

const DiagnosisOutcome = {
  FOUND: 'FOUND',
  NOT_HERE: 'NOT_HERE',
  FAILED: 'FAILED',
  SKIPPED: 'SKIPPED',
} as const;
type DiagnosisOutcome = (typeof DiagnosisOutcome)[keyof typeof DiagnosisOutcome];

registerEnumType(DiagnosisOutcome, {
  name: 'McpServerDiagnosisOutcome',
  description: 'What a step of a diagnosis came to.',
  valuesConfig: {
    FOUND: { description: 'All is well here.' },
    NOT_HERE: { description: 'There was nothing; the next place, or the next way, is tried.' },
    FAILED: { description: 'It failed.' },
    SKIPPED: { description: 'It was not tried; `detail` says why.' },
  },
});

@Audience('EVERYONE')
@ObjectType('McpServerDiagnosisStep', {
  simpleResolvers: true,
  description: 'One thing that was looked at. Only ever answered to administrators.',
})
export class DiagnosisStepType {
  @Field(() => Layer, { description: 'What part of a connection it belongs to.' })
  layer!: Layer;

  @Field(() => String, { description: 'What was looked at.' })
  name!: string;

  @Field(() => String, { description: 'Where.' })
  url!: string;

  @Field(() => String, { description: 'What it should be.' })
  expected!: string;

  @Field(() => DiagnosisOutcome, { description: 'What came of it.' })
  outcome!: DiagnosisOutcome;

  @Field(() => String, { description: 'What came, in our own words.' })
  detail!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The HTTP status; null when no answer came, or none was asked for.',
  })
  status!: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The media type of the answer, if it is a well-known one, else `other`; null when there is none.',
  })
  contentType!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How long it took, in milliseconds; null when nothing was sent.',
  })
  durationMs!: number | null;
}

@Audience('EVERYONE')
@ObjectType('McpServerDiagnosisFailure', {
  simpleResolvers: true,
  description: 'What is wrong, whose turn it is, and what to do.',
})
export class DiagnosisFailureType {
  @Field(() => Layer, { description: 'The first layer that does not hold.' })
  layer!: Layer;

  @Field(() => ResponsibleParty, { description: 'Whose turn it is.' })
  responsibleParty!: ResponsibleParty;

  @Field(() => String, { description: 'What is wrong.' })
  message!: string;

  @Field(() => String, { description: 'What to do.' })
  remedy!: string;
}

@Audience('EVERYONE')
@ObjectType('McpServerDiagnosis', {
  simpleResolvers: true,
  description:
    'What was found on the way to an MCP server, from its name up to its tools. Only ever answered to administrators; it holds no secret and nothing of what remote sides wrote.',
})
export class DiagnosisType {
  @Field(() => GraphQLISODateTime, { description: 'When it began.' })
  startedAt!: Date;

  @Field(() => Int, { description: 'How long it took, in milliseconds.' })
  durationMs!: number;

  @Field(() => String, { description: 'The MCP endpoint, as it was then.' })
  url!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The server's `version` then; null for an address that is no server's here.",
  })
  version!: number | null;

  @Field(() => Boolean, {
    description: 'Whether nothing failed. Steps may have been skipped: they say what is missing for them.',
  })
  succeeded!: boolean;

  @Field(() => DiagnosisFailureType, { nullable: true, description: 'null when nothing failed.' })
  failure!: DiagnosisFailureType | null;

  @Field(() => [DiagnosisStepType], {
    description: 'Everything that was looked at, in order, up to what failed.',
  })
  steps!: DiagnosisStepType[];
}

@Audience('EVERYONE')
@ObjectType('McpServerDiagnosisChange', {
  simpleResolvers: true,
  description: 'A step that came out otherwise than when all was well. How long it took is not compared.',
})
export class DiagnosisChangeType {
  @Field(() => DiagnosisStepType, {
    nullable: true,
    description: 'In the last diagnosis in which nothing failed; null: it had no such step.',
  })
  before!: DiagnosisStepType | null;

  @Field(() => DiagnosisStepType, {
    nullable: true,
    description: 'In the last diagnosis; null: it had no such step.',
  })
  now!: DiagnosisStepType | null;
}
