import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { ExpectedRows } from '../../expected-rows.js';
import {
  ConsentPromptRule,
  IssuerRule,
  PkceRule,
  ResourceRule,
  TokenAuthRule,
  TokenTypeRule,
} from '../../oauth2/compatibility.js';

registerEnumType(ResourceRule, {
  name: 'OAuth2ResourceRule',
  description: 'The `resource` parameter (RFC 8707), which binds tokens to one MCP server.',
  valuesConfig: {
    AUTO: { description: 'The resource that the MCP server names. It must cover the server’s URL.' },
    OMIT: { description: 'No parameter, for providers that refuse it.' },
    CUSTOM: { description: '`customResource`, for providers that use another identifier for the server.' },
  },
});

registerEnumType(PkceRule, {
  name: 'OAuth2PkceRule',
  description: 'When Switchboard assumes that a provider verifies PKCE (RFC 7636). S256 is always sent.',
  valuesConfig: {
    REQUIRE_ADVERTISED: {
      description: 'Only if its metadata lists S256. Otherwise no authorization starts.',
    },
    ASSUME_S256: { description: 'Even if its metadata does not mention PKCE.' },
  },
});

registerEnumType(IssuerRule, {
  name: 'OAuth2IssuerRule',
  description: 'The issuer identifiers that are accepted from the authorization server (RFC 8414, RFC 9207).',
  valuesConfig: {
    EXACT: { description: 'The expected issuer, compared character by character.' },
    ALLOW: { description: 'Also `allowedIssuer`, compared character by character.' },
  },
});

registerEnumType(TokenAuthRule, {
  name: 'OAuth2TokenAuthRule',
  description: 'How the client authenticates at the token endpoint (RFC 6749, section 2.3.1).',
  valuesConfig: {
    AUTO: { description: 'As registered, or as the metadata lists.' },
    BASIC: { description: 'With the client secret in an Authorization header.' },
    POST: { description: 'With the client secret in the request body.' },
    NONE: { description: 'No authentication. The client secret is not sent.' },
  },
});

registerEnumType(TokenTypeRule, {
  name: 'OAuth2TokenTypeRule',
  description:
    'The token types that are accepted (RFC 6749, section 7.1). Types that need a proof, such as DPoP, are always refused.',
  valuesConfig: {
    REQUIRE_BEARER: { description: 'Only Bearer, in any spelling.' },
    ASSUME_BEARER: { description: 'Also unknown types, such as `user` and `bot`. They are used as Bearer.' },
  },
});

registerEnumType(ConsentPromptRule, {
  name: 'OAuth2ConsentPromptRule',
  description:
    'When Switchboard sends `prompt=consent`, which makes the provider ask users for consent again.',
  valuesConfig: {
    AUTO: {
      description:
        'When a refresh token may depend on it: with `offline_access`, with `access_type=offline`, and when a user who had a refresh token connects again.',
    },
    OMIT: { description: 'Never.' },
  },
});

@Audience('EVERYONE')
@ObjectType('OAuth2AuthorizationParam', {
  simpleResolvers: true,
  description: 'An additional parameter of every authorization request of a server.',
})
export class OAuth2AuthorizationParamType {
  @Field(() => String, { description: 'The name of the parameter.' })
  name!: string;

  @Field(() => String, { description: 'The value, exactly as sent.' })
  value!: string;
}

@Audience('EVERYONE')
@ObjectType('OAuth2CompatibilitySetting', {
  simpleResolvers: true,
  description: 'An active or suggested compatibility setting, and its risk.',
})
export class OAuth2CompatibilitySettingType {
  @Field(() => String, {
    description: 'The setting as `oauth2Compatibility` takes it, for example `pkce: ASSUME_S256`.',
  })
  setting!: string;

  @Field(() => String, { description: 'The reason why the setting is less safe.' })
  lessSafe!: string;
}

@Audience('EVERYONE')
@ObjectType('OAuth2Compatibility', {
  simpleResolvers: true,
  description:
    'Compatibility settings for a provider that does not follow the standards. By default, none is active. No setting disables `state`, PKCE, the check of the redirect URI or TLS.',
})
export class OAuth2CompatibilityType {
  @Field(() => ResourceRule, { description: 'The `resource` parameter (RFC 8707).' })
  resource!: ResourceRule;

  @Field(() => String, { description: 'The resource with `resource: CUSTOM`, otherwise empty.' })
  customResource!: string;

  @Field(() => PkceRule, { description: 'When Switchboard assumes that the provider verifies PKCE.' })
  pkce!: PkceRule;

  @Field(() => IssuerRule, { description: 'The issuer identifiers that are accepted.' })
  issuer!: IssuerRule;

  @Field(() => String, { description: 'The additional issuer with `issuer: ALLOW`, otherwise empty.' })
  allowedIssuer!: string;

  @Field(() => TokenAuthRule, { description: 'How the client authenticates at the token endpoint.' })
  tokenAuthMethod!: TokenAuthRule;

  @Field(() => TokenTypeRule, { description: 'The token types that are accepted.' })
  tokenType!: TokenTypeRule;

  @Field(() => ConsentPromptRule, { description: 'When `prompt=consent` is sent.' })
  consentPrompt!: ConsentPromptRule;

  @ExpectedRows(1)
  @Field(() => [OAuth2AuthorizationParamType], {
    description: 'Additional parameters of every authorization request.',
  })
  extraAuthorizationParams!: readonly OAuth2AuthorizationParamType[];

  @Field(() => String, { description: 'The separator between two scopes. The standard is a space.' })
  scopeSeparator!: string;

  @Field(() => Boolean, {
    description: 'Whether plain http is accepted for addresses in ALLOWED_PRIVATE_CIDRS.',
  })
  acceptsPlainHttp!: boolean;

  @Field(() => String, {
    description:
      'The URL where the client ID metadata document of this server is published. Empty for the URL of this Switchboard.',
  })
  clientMetadataUrl!: string;

  @ExpectedRows(1)
  @Field(() => [OAuth2CompatibilitySettingType], {
    description: 'Every active setting, with the reason why it is less safe.',
  })
  activeSettings!: OAuth2CompatibilitySettingType[];
}
