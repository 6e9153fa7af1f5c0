import { Field, InputType } from 'type-graphql';
import { IssuerRule, PkceRule, ResourceRule, TokenAuthRule } from '../../oauth2/compatibility.js';
import { limits } from '../settings/limits.js';
import './oauth2-compatibility.type.js';
import type { CompatibilityInput } from '../settings/server-input.js';

const upTo = (characters: number) => `At most ${characters.toLocaleString('en')} characters.`;

@InputType('OAuth2AuthorizationParamInput', {
  description: 'A parameter to add to every authorization request of a server.',
})
export class OAuth2AuthorizationParamInput {
  @Field(() => String, {
    description:
      '1 to 128 letters, digits, hyphens, underscores and dots. Refused are those that Switchboard sets itself (client_id, redirect_uri, state, response_type, code_challenge, resource, scope …) and those that would replace them (request, request_uri, response_mode, nonce …).',
  })
  name!: string;

  @Field(() => String, {
    description: `Sent as it is, trimmed. No place for secrets: people's browsers see it. ${upTo(limits.authorizationParam)}`,
  })
  value!: string;
}

@InputType('OAuth2CompatibilityInput', {
  description:
    'What to relax for a server whose provider departs from the rules. A member that is left out stays as it is; null is its strict default.',
})
export class OAuth2CompatibilityInput implements CompatibilityInput {
  @Field(() => ResourceRule, { nullable: true, description: 'AUTO unless said otherwise.' })
  resource?: ResourceRule | null;

  @Field(() => String, {
    nullable: true,
    description: `With \`resource: CUSTOM\`: an absolute URI without fragment, sent exactly so. ${upTo(limits.url)}`,
  })
  customResource?: string | null;

  @Field(() => PkceRule, { nullable: true, description: 'REQUIRE_ADVERTISED unless said otherwise.' })
  pkce?: PkceRule | null;

  @Field(() => IssuerRule, { nullable: true, description: 'EXACT unless said otherwise.' })
  issuer?: IssuerRule | null;

  @Field(() => String, {
    nullable: true,
    description: `With \`issuer: ALLOW\`: the other name, compared character for character. ${upTo(limits.url)}`,
  })
  allowedIssuer?: string | null;

  @Field(() => TokenAuthRule, {
    nullable: true,
    description:
      'AUTO unless said otherwise. A client that registered itself without a secret gets one with registerMcpServerOAuth2Client.',
  })
  tokenAuthMethod?: TokenAuthRule | null;

  @Field(() => [OAuth2AuthorizationParamInput], {
    nullable: true,
    description: `The whole list, at most ${limits.authorizationParams}; it replaces the one before.`,
  })
  extraAuthorizationParams?: OAuth2AuthorizationParamInput[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      'One character: a space unless said otherwise, else a comma, a semicolon, a vertical bar or a plus sign.',
  })
  scopeSeparator?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'false unless said otherwise. Only for addresses in ALLOWED_PRIVATE_CIDRS; allowed loopback addresses do not need it.',
  })
  acceptsPlainHttp?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: `An https URL with a path, which then is the client id at providers that take client id metadata documents, whatever CLIENT_METADATA says. What has to be published there is what /mcp-servers/:id/oauth2/client-metadata.json answers. ${upTo(limits.url)}`,
  })
  clientMetadataUrl?: string | null;
}
