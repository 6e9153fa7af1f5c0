import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { ExpectedRows } from '../../expected-rows.js';
import { Layer } from '../../oauth2/report/layer.js';
import { AuthType, OAuth2Registration, Transport } from '../store/mcp-server-config.entity.js';
import './server-enums.type.js';

const DiscoveryOutcome = { FOUND: 'FOUND', NOT_HERE: 'NOT_HERE', FAILED: 'FAILED' } as const;
type DiscoveryOutcome = (typeof DiscoveryOutcome)[keyof typeof DiscoveryOutcome];

registerEnumType(DiscoveryOutcome, {
  name: 'OAuth2DiscoveryOutcome',
  description: 'The outcome of a discovery step.',
  valuesConfig: {
    FOUND: { description: 'The step found what the next one needs.' },
    NOT_HERE: { description: 'Nothing was found. Discovery tries the next location.' },
    FAILED: {
      description: 'The response cannot be used. Discovery ends, or tries a location as trustworthy.',
    },
  },
});

@Audience('EVERYONE')
@ObjectType('OAuth2DiscoveryStep', { simpleResolvers: true, description: 'One request of a discovery.' })
export class OAuth2DiscoveryStepType {
  @Field(() => Layer, { description: 'The layer that the step belongs to.' })
  layer!: Layer;

  @Field(() => String, { description: 'The document or endpoint that the step looks for.' })
  name!: string;

  @Field(() => String, { description: 'The URL of the request.' })
  url!: string;

  @Field(() => Int, { nullable: true, description: 'The HTTP status. Null if no response arrived.' })
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

  @Field(() => String, { description: 'The expected response.' })
  expected!: string;

  @Field(() => DiscoveryOutcome, { description: 'The outcome.' })
  outcome!: DiscoveryOutcome;

  @Field(() => String, { description: 'The reason for the outcome.' })
  detail!: string;
}

@Audience('EVERYONE')
@ObjectType('McpServerOAuth2Discovery', {
  simpleResolvers: true,
  description: 'The results of a discovery at an MCP endpoint. They are not stored.',
})
export class OAuth2DiscoveryType {
  @Field(() => Boolean, {
    description:
      'False if the server requires no authorization: use `authType: NONE`, unless it asks for authorization only when a tool is called.',
  })
  requiresAuthorization!: boolean;

  @Field(() => Transport, {
    description:
      'The transport that the server speaks, as far as it answers without a token. Use it as `transport`.',
  })
  transport!: Transport;

  @Field(() => String, {
    nullable: true,
    description:
      'The address that the URL redirects to on the same host. Use it as `url`. Null if the URL does not redirect.',
  })
  suggestedUrl!: string | null;

  @Field(() => AuthType, {
    description:
      'The auth type to use: `OAUTH2` if the server requires authorization or you name a provider, else `NONE`. A server that requires an API key fails with DISCOVERY_FAILED and `suggestedAuthType`.',
  })
  suggestedAuthType!: AuthType;

  @Field(() => String, {
    description: 'The issuer identifier of the authorization server. Empty if no authorization is required.',
  })
  issuer!: string;

  @Field(() => String, { description: 'The authorization endpoint. Empty if no authorization is required.' })
  authorizationUrl!: string;

  @Field(() => String, { description: 'The token endpoint. Empty if no authorization is required.' })
  tokenUrl!: string;

  @Field(() => String, {
    description: 'The revocation endpoint. Empty if the authorization server has none.',
  })
  revocationUrl!: string;

  @Field(() => String, {
    description: 'The scopes that the server requests, separated by spaces. May be empty.',
  })
  scopes!: string;

  @Field(() => OAuth2Registration, {
    nullable: true,
    description:
      'How adding this server would register a client. `MANUAL`: the provider does not support registration, so you have to register a client there. Null if no authorization is required.',
  })
  registration!: OAuth2Registration | null;

  @Field(() => String, {
    description:
      'The `resource` that tokens would be requested for (RFC 8707), exactly as the server names it.',
  })
  resource!: string;

  @ExpectedRows(10)
  @Field(() => [OAuth2DiscoveryStepType], { description: 'Every step, in order.' })
  steps!: OAuth2DiscoveryStepType[];
}
