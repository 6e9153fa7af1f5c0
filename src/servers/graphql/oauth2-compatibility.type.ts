import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { IssuerRule, PkceRule, ResourceRule, TokenAuthRule } from '../../oauth2/compatibility.js';

registerEnumType(ResourceRule, {
  name: 'OAuth2ResourceRule',
  description: 'What is sent as `resource` (RFC 8707), which binds tokens to one MCP server.',
  valuesConfig: {
    AUTO: { description: 'What the MCP server names itself, which must cover its URL.' },
    OMIT: { description: 'Nothing, for providers that refuse the parameter.' },
    CUSTOM: { description: '`customResource`, for providers that know the server by another name.' },
  },
});

registerEnumType(PkceRule, {
  name: 'OAuth2PkceRule',
  description: 'When a provider is believed to check PKCE (RFC 7636). S256 is sent in any case.',
  valuesConfig: {
    REQUIRE_ADVERTISED: {
      description: 'When its metadata lists S256; without, no authorization is started.',
    },
    ASSUME_S256: { description: 'Also when its metadata says nothing of PKCE.' },
  },
});

registerEnumType(IssuerRule, {
  name: 'OAuth2IssuerRule',
  description: 'Which name the authorization server may go by (RFC 8414, RFC 9207).',
  valuesConfig: {
    EXACT: { description: 'The one that was asked for, character for character.' },
    ALLOW: { description: 'Also `allowedIssuer`, character for character.' },
  },
});

registerEnumType(TokenAuthRule, {
  name: 'OAuth2TokenAuthRule',
  description: 'How this client authenticates at the token endpoint (RFC 6749 section 2.3.1).',
  valuesConfig: {
    AUTO: { description: 'As it is registered, or as the metadata lists.' },
    BASIC: { description: 'With the client secret in an Authorization header.' },
    POST: { description: 'With the client secret in the request body.' },
    NONE: { description: 'Not at all; a client secret is not sent.' },
  },
});

@Audience('EVERYONE')
@ObjectType('OAuth2AuthorizationParam', {
  simpleResolvers: true,
  description: 'A parameter that is added to every authorization request of a server.',
})
export class OAuth2AuthorizationParamType {
  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => String, { description: 'Its value, as it is sent.' })
  value!: string;
}

@Audience('EVERYONE')
@ObjectType('OAuth2CompatibilitySetting', {
  simpleResolvers: true,
  description: 'A rule that is relaxed for a server, and what that costs.',
})
export class OAuth2CompatibilitySettingType {
  @Field(() => String, {
    description: 'What is set, as `oauth2Compatibility` takes it: `pkce: ASSUME_S256`.',
  })
  setting!: string;

  @Field(() => String, { description: 'Why it is less safe.' })
  lessSafe!: string;
}

@Audience('EVERYONE')
@ObjectType('OAuth2Compatibility', {
  simpleResolvers: true,
  description:
    'What is relaxed for a server whose provider departs from the rules; by default nothing. `state`, PKCE itself, the redirect URI and TLS cannot be relaxed.',
})
export class OAuth2CompatibilityType {
  @Field(() => ResourceRule, { description: 'What is sent as `resource` (RFC 8707).' })
  resource!: ResourceRule;

  @Field(() => String, { description: 'What is sent with `resource: CUSTOM`; else empty.' })
  customResource!: string;

  @Field(() => PkceRule, { description: 'When the provider is believed to check PKCE.' })
  pkce!: PkceRule;

  @Field(() => IssuerRule, { description: 'Which name the authorization server may go by.' })
  issuer!: IssuerRule;

  @Field(() => String, { description: 'What is accepted besides with `issuer: ALLOW`; else empty.' })
  allowedIssuer!: string;

  @Field(() => TokenAuthRule, { description: 'How this client authenticates at the token endpoint.' })
  tokenAuthMethod!: TokenAuthRule;

  @Field(() => [OAuth2AuthorizationParamType], {
    description: 'What is added to every authorization request.',
  })
  extraAuthorizationParams!: readonly OAuth2AuthorizationParamType[];

  @Field(() => String, { description: 'What stands between two scopes; a space by the standard.' })
  scopeSeparator!: string;

  @Field(() => Boolean, {
    description: 'Whether plain http is spoken with addresses in ALLOWED_PRIVATE_CIDRS.',
  })
  acceptsPlainHttp!: boolean;

  @Field(() => String, {
    description: "Where this client's metadata document is published for this server; empty: here.",
  })
  clientMetadataUrl!: string;

  @Field(() => [OAuth2CompatibilitySettingType], {
    description: 'All that is relaxed, each with why it is less safe; empty when nothing is.',
  })
  activeSettings!: OAuth2CompatibilitySettingType[];
}
