import type { TokenAuthMethod } from '../client.js';
import type { AuthorizationServerMetadata } from '../discovery/authorization-server-metadata.js';

/** The members of a registration (RFC 7591 section 2) that this client sends. */
export interface RegistrationBody {
  client_name: string;
  client_uri?: string;
  redirect_uris: [string];
  grant_types: string[];
  response_types?: string[];
  application_type?: 'web' | 'native';
  scope?: string;
  token_endpoint_auth_method?: TokenAuthMethod;
}

/** Returns the members that describe this client at every provider. */
export function clientMetadata(client: { clientName: string; clientUri: string; redirectUri: string }) {
  return {
    client_name: client.clientName,
    client_uri: client.clientUri,
    redirect_uris: [client.redirectUri] as [string],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    // OpenID Connect Registration section 2: a web client must not have a plain HTTP redirect URI.
    application_type: new URL(client.redirectUri).protocol === 'https:' ? 'web' : 'native',
  } satisfies RegistrationBody;
}

/** Returns the grant types to register: those that the server lists. Both if it lists none. */
export function grantTypesFor(metadata: AuthorizationServerMetadata | null): string[] {
  const listed = metadata?.grant_types_supported ?? [];
  const withRefresh = listed.length === 0 || listed.includes('refresh_token');
  return withRefresh ? ['authorization_code', 'refresh_token'] : ['authorization_code'];
}

/** The values that a changed registration may use. */
export interface Adaptability {
  /** The scope to register if the server needs one. '' if there is none to name. */
  scope: string;
  /** The methods to register instead, best first. None if an administrator has chosen one. */
  methods: readonly TokenAuthMethod[];
}

/** A change of one member, and the words by which a refusal names the member, without separators. */
interface Adaptation {
  names: RegExp;
  /** True for a member that most providers do without. */
  isOptional: boolean;
  change(body: RegistrationBody, refusal: string, by: Adaptability): RegistrationBody | null;
}

const without =
  (member: 'client_uri' | 'application_type' | 'response_types') =>
  ({ [member]: dropped, ...body }: RegistrationBody): RegistrationBody | null =>
    dropped === undefined ? null : (body as RegistrationBody);

const grantTypes: Adaptation = {
  names: /granttype|refreshtoken/,
  isOptional: false,
  change: (body) => (body.grant_types.length > 1 ? { ...body, grant_types: ['authorization_code'] } : null),
};

const adaptations: readonly Adaptation[] = [
  { names: /clienturi|homepage/, isOptional: true, change: without('client_uri') },
  { names: /applicationtype/, isOptional: true, change: without('application_type') },
  { names: /responsetype/, isOptional: true, change: without('response_types') },
  {
    names: /scope/,
    isOptional: true,
    change({ scope: sent, ...body }, _refusal, { scope }) {
      if (sent !== undefined) return body;
      return scope === '' ? null : { ...body, scope };
    },
  },
  grantTypes,
  {
    names: /authmethod|clientsecretbasic|clientsecretpost/,
    isOptional: false,
    change(body, refusal, { methods }) {
      const others = methods.filter((method) => method !== body.token_endpoint_auth_method);
      const named = others.find((method) => method !== 'none' && refusal.includes(normalized(method)));
      const method = named ?? others[0];
      return method === undefined ? null : { ...body, token_endpoint_auth_method: method };
    },
  },
];

const normalized = (text: string) => text.toLowerCase().replaceAll(/[\s_-]/g, '');

/**
 * Returns the registration to send after a refusal: without the members that the refusal names, or with other values. If
 * it names none, only the members that every provider needs are sent, and a scope. Null if there is nothing left to change.
 * @param refusal the text of the response
 */
export function adaptedBody(
  body: RegistrationBody,
  refusal: string,
  by: Adaptability,
): RegistrationBody | null {
  const words = normalized(refusal.slice(0, 2_000));
  const apply = (changes: readonly Adaptation[]) =>
    changes.reduce((changed, { change }) => change(changed, words, by) ?? changed, body);
  const attempts = [
    adaptations.filter(({ names }) => names.test(words)),
    adaptations.filter(({ isOptional }) => isOptional && body.scope === undefined),
    [grantTypes],
  ];
  return attempts.map(apply).find((changed) => changed !== body) ?? null;
}
