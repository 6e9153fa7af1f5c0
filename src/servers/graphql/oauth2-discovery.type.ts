import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { Layer } from '../../oauth2/report/layer.js';
import { OAuth2Registration } from '../store/mcp-server-config.entity.js';
import './server-enums.type.js';

const DiscoveryOutcome = { FOUND: 'FOUND', NOT_HERE: 'NOT_HERE', FAILED: 'FAILED' } as const;
type DiscoveryOutcome = (typeof DiscoveryOutcome)[keyof typeof DiscoveryOutcome];

registerEnumType(DiscoveryOutcome, {
  name: 'OAuth2DiscoveryOutcome',
  description: 'What a step of a discovery came to.',
  valuesConfig: {
    FOUND: { description: 'It had what the next step needs.' },
    NOT_HERE: { description: 'There was nothing; the next place is tried.' },
    FAILED: { description: 'It could not be used, and going on would not be safe.' },
  },
});

@Audience('EVERYONE')
@ObjectType('OAuth2DiscoveryStep', { simpleResolvers: true, description: 'One request of a discovery.' })
export class OAuth2DiscoveryStepType {
  @Field(() => Layer, { description: 'What part of a connection it belongs to.' })
  layer!: Layer;

  @Field(() => String, { description: 'What was looked for.' })
  name!: string;

  @Field(() => String, { description: 'Where it was looked for.' })
  url!: string;

  @Field(() => Int, { nullable: true, description: 'The HTTP status; null when no answer came.' })
  status!: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The media type of the answer, if it is a well-known one, else `other`; null when the answer names none, or did not come.',
  })
  contentType!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How long it took, in milliseconds; null when nothing was sent.',
  })
  durationMs!: number | null;

  @Field(() => String, { description: 'What an answer that serves looks like.' })
  expected!: string;

  @Field(() => DiscoveryOutcome, { description: 'What came of it.' })
  outcome!: DiscoveryOutcome;

  @Field(() => String, { description: 'Why, in words.' })
  detail!: string;
}

@Audience('EVERYONE')
@ObjectType('McpServerOAuth2Discovery', {
  simpleResolvers: true,
  description: 'What a discovery found at an MCP endpoint. Nothing of it is stored.',
})
export class OAuth2DiscoveryType {
  @Field(() => Boolean, { description: 'False: the server is open, and `authType: NONE` suits it.' })
  requiresAuthorization!: boolean;

  @Field(() => String, { description: 'The authorization server; empty when none is required.' })
  issuer!: string;

  @Field(() => String, { description: 'The authorization endpoint; empty when none is required.' })
  authorizationUrl!: string;

  @Field(() => String, { description: 'The token endpoint; empty when none is required.' })
  tokenUrl!: string;

  @Field(() => String, { description: 'Empty when the authorization server cannot revoke.' })
  revocationUrl!: string;

  @Field(() => String, { description: 'The scopes that the server asks for, space-separated; may be empty.' })
  scopes!: string;

  @Field(() => OAuth2Registration, {
    nullable: true,
    description:
      'How creating this server would make this client known: MANUAL means that the provider offers no way, and the client has to be registered there by hand. null when no authorization is required.',
  })
  registration!: OAuth2Registration | null;

  @Field(() => String, {
    description: 'What tokens would be asked for (RFC 8707), exactly as the server names it.',
  })
  resource!: string;

  @Field(() => [OAuth2DiscoveryStepType], { description: 'Everything that was tried, in order.' })
  steps!: OAuth2DiscoveryStepType[];
}
