import { parseObject } from '../json.js';

/** The response of an endpoint during its repair. */
export interface EndpointResponse {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** The members of the body, once it is parsed. */
  readonly members: Readonly<Record<string, unknown>> | null;
}

/** The endpoint of a response. */
export type EndpointKind = 'token' | 'registration' | 'revocation' | 'pushed authorization';

/** One known deviation from the standards, and its repair. */
export interface Quirk {
  /** A link to an occurrence or an explanation. */
  link: string;
  endpoints: readonly EndpointKind[];
  /** Returns the repaired response, or the same object if there is nothing to repair. */
  repair(response: EndpointResponse): EndpointResponse;
}

/** The member that an ID token moves to. The client library would refuse a token response for a flaw of it. */
export const unexpectedIdToken = 'unexpected_id_token';

/**
 * All tolerated deviations, in the order of their repairs. They concern the shape of a response only. Issuer, state, PKCE
 * and TLS are never relaxed.
 */
export const quirks = {
  'form-encoded token response': {
    link: 'https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#response',
    endpoints: ['token'],
    repair(response) {
      if (
        response.members !== null ||
        !/^(application\/x-www-form-urlencoded|text\/plain)\b/i.test(response.contentType)
      ) {
        return response;
      }
      const members = Object.fromEntries(new URLSearchParams(response.text));
      return 'access_token' in members || 'error' in members ? { ...response, members } : response;
    },
  },
  'null and empty members': {
    link: 'https://github.com/sigbit/mcp-auth-proxy/issues/173',
    endpoints: ['token', 'registration'],
    repair(response) {
      const members = Object.entries(response.members ?? {});
      const kept = members.filter(([, value]) => value !== null && value !== '');
      return kept.length === members.length ? response : { ...response, members: Object.fromEntries(kept) };
    },
  },
  'error in a response with status 200': {
    link: 'https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors',
    endpoints: ['token'],
    repair(response) {
      const failed =
        typeof response.members?.error === 'string' && response.members.access_token === undefined;
      return response.status === 200 && failed ? { ...response, status: 400 } : response;
    },
  },
  'bad_refresh_token for invalid_grant': {
    link: 'https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens',
    endpoints: ['token'],
    repair(response) {
      if (response.members?.error !== 'bad_refresh_token') return response;
      return { ...response, members: { ...response.members, error: 'invalid_grant' } };
    },
  },
  'incorrect_client_credentials for invalid_client': {
    link: 'https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors#incorrect-client-credentials',
    endpoints: ['token'],
    repair(response) {
      if (response.members?.error !== 'incorrect_client_credentials') return response;
      return { ...response, members: { ...response.members, error: 'invalid_client' } };
    },
  },
  'missing token_type': {
    link: 'https://github.com/panva/openid-client/issues/826',
    endpoints: ['token'],
    repair: (response) => withDefault(response, 'access_token', 'token_type', 'Bearer'),
  },
  'other spelling of Bearer': {
    link: 'https://docs.apigee.com/api-platform/security/oauth/oauth-20-policies',
    endpoints: ['token'],
    repair(response) {
      const type = response.members?.token_type;
      const isBearer = typeof type === 'string' && /^\s*bearer[\s_-]*(token)?\s*$/i.test(type);
      if (!isBearer || type.toLowerCase() === 'bearer') return response;
      return { ...response, members: { ...response.members, token_type: 'Bearer' } };
    },
  },
  'scope as an array': {
    link: 'https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/#authorization-code-grant-flow',
    endpoints: ['token'],
    repair(response) {
      const scope = response.members?.scope;
      if (!Array.isArray(scope)) return response;
      const joined = scope.filter((entry) => typeof entry === 'string').join(' ');
      return { ...response, members: { ...response.members, scope: joined } };
    },
  },
  'unexpected id_token': {
    link: 'https://github.com/panva/oauth4webapi/pull/140',
    endpoints: ['token'],
    repair(response) {
      if (response.members?.id_token === undefined) return response;
      const { id_token: idToken, ...members } = response.members;
      return { ...response, members: { ...members, [unexpectedIdToken]: idToken } };
    },
  },
  'registration response with status 200': {
    link: 'https://datatracker.ietf.org/doc/html/rfc7591#section-3.2.1',
    endpoints: ['registration'],
    repair(response) {
      return response.status === 200 && response.members?.client_id !== undefined
        ? { ...response, status: 201 }
        : response;
    },
  },
  'secret without client_secret_expires_at': {
    link: 'https://github.com/cloudflare/workers-oauth-provider/issues/163',
    endpoints: ['registration'],
    repair: (response) => withDefault(response, 'client_secret', 'client_secret_expires_at', 0),
  },
  'pushed authorization response with status 200': {
    link: 'https://datatracker.ietf.org/doc/html/rfc9126#section-2.2',
    endpoints: ['pushed authorization'],
    repair(response) {
      return response.status === 200 && response.members?.request_uri !== undefined
        ? { ...response, status: 201 }
        : response;
    },
  },
  'revocation response with status 204': {
    link: 'https://datatracker.ietf.org/doc/html/rfc7009#section-2.2',
    endpoints: ['revocation'],
    repair: (response) => (response.status === 204 ? { ...response, status: 200 } : response),
  },
  'invalid_token on revocation': {
    link: 'https://github.com/googleapis/google-auth-library-nodejs/issues/1175',
    endpoints: ['revocation'],
    // RFC 7009 section 2.2: an invalid token is not an error, because the goal of the revocation is achieved.
    repair: (response) =>
      response.status === 400 && response.members?.error === 'invalid_token'
        ? { ...response, status: 200 }
        : response,
  },
} satisfies Record<string, Quirk>;

/**
 * Encodes a credential as in RFC 6749 section 2.3.1 and appendix B, except that `-`, `_`, `.` and `~` stay plain. Encoding
 * them is allowed but breaks servers that do not decode. Servers that decode accept both.
 *
 * @see https://github.com/panva/oauth4webapi/issues/148
 */
export function formEncodeCredential(credential: string): string {
  return encodeURIComponent(credential)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

/** The token types of requests with a proof. They are useless or unsafe without it. */
const proofTypes: ReadonlySet<string> = new Set(['dpop', 'mac', 'pop', 'n_a']);

/** Returns true for a token type that an administrator may declare to be Bearer. */
export function mayBeBearer(tokenType: unknown): boolean {
  return typeof tokenType === 'string' && !proofTypes.has(tokenType.trim().toLowerCase());
}

/** Applies the compatibility setting `tokenType`. */
function assumingBearer(members: EndpointResponse['members']): EndpointResponse['members'] {
  return mayBeBearer(members?.token_type) ? { ...members, token_type: 'Bearer' } : members;
}

/** Reads a response and repairs every known quirk of it. */
export async function readResponse(kind: EndpointKind, response: Response): Promise<EndpointResponse> {
  const text = await response.text();
  const original: EndpointResponse = {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    text,
    members: parseObject(text),
  };
  const repairs: Quirk[] = Object.values(quirks);
  return repairs
    .filter(({ endpoints }) => endpoints.includes(kind))
    .reduce((repaired, quirk) => quirk.repair(repaired), original);
}

/**
 * Repairs every known quirk of a response.
 * @param options.assumesBearer true to use a token of an unknown type as Bearer. Defaults to false.
 */
export async function repairResponse(
  kind: EndpointKind,
  response: Response,
  { assumesBearer = false }: { assumesBearer?: boolean } = {},
): Promise<Response> {
  const { status, text, ...repaired } = await readResponse(kind, response);
  const members = assumesBearer ? assumingBearer(repaired.members) : repaired.members;
  const headers = new Headers(response.headers);
  if (members !== null) headers.set('content-type', 'application/json');
  // An error code is more precise than a challenge, which the client library would read first.
  if (typeof members?.error === 'string') headers.delete('www-authenticate');
  const isBodiless = status === 204 || status === 205 || status === 304;
  const body = members === null ? text : JSON.stringify(members);
  return new Response(isBodiless ? null : body, { status, headers });
}

function withDefault(
  response: EndpointResponse,
  where: string,
  member: string,
  value: unknown,
): EndpointResponse {
  const { members } = response;
  if (members?.[where] === undefined || members[member] !== undefined) return response;
  return { ...response, members: { ...members, [member]: value } };
}
