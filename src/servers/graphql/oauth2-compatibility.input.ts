import { Field, InputType } from 'type-graphql';
import {
  ConsentPromptRule,
  IssuerRule,
  PkceRule,
  ResourceRule,
  TokenAuthRule,
  TokenTypeRule,
} from '../../oauth2/compatibility.js';
import { limits, upTo } from '../fields/field.js';
import './oauth2-compatibility.type.js';
import type { CompatibilityInput } from '../settings/server-input.js';

@InputType('OAuth2AuthorizationParamInput', {
  description: 'A parameter to add to every authorization request of a server.',
})
export class OAuth2AuthorizationParamInput {
  @Field(() => String, {
    description:
      '1 to 128 letters, digits, hyphens, underscores and dots. Refused are the parameters that Switchboard sets itself (client_id, redirect_uri, state, response_type, code_challenge, resource, scope …) and those that would replace them (request, request_uri, response_mode, nonce …).',
  })
  name!: string;

  @Field(() => String, {
    description: `Trimmed and sent unchanged. Not for secrets, because users' browsers see it. ${upTo(limits.authorizationParam)}`,
  })
  value!: string;
}

@InputType('OAuth2CompatibilityInput', {
  description:
    'Compatibility settings for a provider that does not follow the standards. An omitted field is kept. Null resets a field to its strict default.',
})
export class OAuth2CompatibilityInput implements CompatibilityInput {
  @Field(() => ResourceRule, { nullable: true, description: 'Defaults to `AUTO`.' })
  resource?: ResourceRule | null;

  @Field(() => String, {
    nullable: true,
    description: `With \`resource: CUSTOM\`: an absolute URI without fragment, sent unchanged. ${upTo(limits.url)}`,
  })
  customResource?: string | null;

  @Field(() => PkceRule, { nullable: true, description: 'Defaults to `REQUIRE_ADVERTISED`.' })
  pkce?: PkceRule | null;

  @Field(() => IssuerRule, { nullable: true, description: 'Defaults to `EXACT`.' })
  issuer?: IssuerRule | null;

  @Field(() => String, {
    nullable: true,
    description: `With \`issuer: ALLOW\`: the other issuer identifier, compared character by character. ${upTo(limits.url)}`,
  })
  allowedIssuer?: string | null;

  @Field(() => TokenAuthRule, {
    nullable: true,
    description:
      'Defaults to `AUTO`. If the client was registered without a secret, run `registerMcpServerOAuth2Client` to get one.',
  })
  tokenAuthMethod?: TokenAuthRule | null;

  @Field(() => TokenTypeRule, { nullable: true, description: 'Defaults to `REQUIRE_BEARER`.' })
  tokenType?: TokenTypeRule | null;

  @Field(() => ConsentPromptRule, {
    nullable: true,
    description: 'Defaults to `AUTO`. A `prompt` in `extraAuthorizationParams` takes precedence.',
  })
  consentPrompt?: ConsentPromptRule | null;

  @Field(() => [OAuth2AuthorizationParamInput], {
    nullable: true,
    description: `All parameters, at most ${limits.authorizationParams}. They replace the previous ones.`,
  })
  extraAuthorizationParams?: OAuth2AuthorizationParamInput[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      'One character: a space, a comma, a semicolon, a vertical bar or a plus sign. Defaults to a space.',
  })
  scopeSeparator?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Accepts plain http for addresses in ALLOWED_PRIVATE_CIDRS. Allowed loopback addresses do not need it. Defaults to `false`.',
  })
  acceptsPlainHttp?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: `An https URL with a path. It is used as the client ID at providers that accept client ID metadata documents, even without CLIENT_METADATA. Publish the document of /mcp-servers/:id/oauth2/client-metadata.json there. ${upTo(limits.url)}`,
  })
  clientMetadataUrl?: string | null;
}
