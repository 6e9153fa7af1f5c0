import { Field, InputType } from 'type-graphql';
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
}
