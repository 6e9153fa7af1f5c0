import { Field, InputType } from 'type-graphql';
import { limits, upTo } from '../fields/field.js';
import { OAuth2CompatibilityInput } from './oauth2-compatibility.input.js';

@InputType('DiscoverMcpServerOAuth2Input', {
  description: 'An MCP endpoint whose authorization is discovered.',
})
export class DiscoverMcpServerOAuth2Input {
  @Field(() => String, { description: 'The MCP endpoint.' })
  url!: string;

  @Field(() => OAuth2CompatibilityInput, {
    nullable: true,
    description: 'Compatibility settings for the discovery. Defaults to none.',
  })
  oauth2Compatibility?: OAuth2CompatibilityInput | null;

  @Field(() => String, {
    nullable: true,
    description: `The issuer of the authorization server, for a server that does not name it. ${upTo(limits.url)}`,
  })
  oauth2Issuer?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `The URL of the protected resource metadata, to read instead of the announced one. ${upTo(limits.url)}`,
  })
  oauth2ResourceMetadataUrl?: string | null;
}
