/** A response of an authorization server during its repair. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** The members of the body, once it is parsed. */
  readonly members: Readonly<Record<string, unknown>> | null;
}

/** The endpoint that the response comes from. */
export type AnswerKind = 'token' | 'registration' | 'revocation';

/** One known deviation from the standards, and its repair. */
export interface Quirk {
  /** A link to an occurrence or an explanation. */
  link: string;
  answers: readonly AnswerKind[];
  /** Returns the repaired response, or the same object if there is nothing to repair. */
  repair(answer: Answer): Answer;
}

/**
 * All tolerated deviations, in the order of their repairs. They concern the shape of a response only. Issuer, state, PKCE
 * and TLS are never relaxed.
 */
export const quirks = {
  'form-encoded token answer': {
    link: 'https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#response',
    answers: ['token'],
    repair(answer) {
      if (
        answer.members !== null ||
        !/^(application\/x-www-form-urlencoded|text\/plain)\b/i.test(answer.contentType)
      ) {
        return answer;
      }
      const members = Object.fromEntries(new URLSearchParams(answer.text));
      return 'access_token' in members || 'error' in members ? { ...answer, members } : answer;
    },
  },
  'null and empty members': {
    link: 'https://github.com/sigbit/mcp-auth-proxy/issues/173',
    answers: ['token', 'registration'],
    repair(answer) {
      const members = Object.entries(answer.members ?? {});
      const kept = members.filter(([, value]) => value !== null && value !== '');
      return kept.length === members.length ? answer : { ...answer, members: Object.fromEntries(kept) };
    },
  },
  'error in an answer with status 200': {
    link: 'https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors',
    answers: ['token'],
    repair(answer) {
      const failed = typeof answer.members?.error === 'string' && answer.members.access_token === undefined;
      return answer.status === 200 && failed ? { ...answer, status: 400 } : answer;
    },
  },
  'bad_refresh_token for invalid_grant': {
    link: 'https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens',
    answers: ['token'],
    repair(answer) {
      if (answer.members?.error !== 'bad_refresh_token') return answer;
      return { ...answer, members: { ...answer.members, error: 'invalid_grant' } };
    },
  },
  'incorrect_client_credentials for invalid_client': {
    link: 'https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors#incorrect-client-credentials',
    answers: ['token'],
    repair(answer) {
      if (answer.members?.error !== 'incorrect_client_credentials') return answer;
      return { ...answer, members: { ...answer.members, error: 'invalid_client' } };
    },
  },
  'missing token_type': {
    link: 'https://github.com/panva/openid-client/issues/826',
    answers: ['token'],
    repair: (answer) => withDefault(answer, 'access_token', 'token_type', 'Bearer'),
  },
  'scope as an array': {
    link: 'https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/#authorization-code-grant-flow',
    answers: ['token'],
    repair(answer) {
      const scope = answer.members?.scope;
      if (!Array.isArray(scope)) return answer;
      const joined = scope.filter((entry) => typeof entry === 'string').join(' ');
      return { ...answer, members: { ...answer.members, scope: joined } };
    },
  },
  'unexpected id_token': {
    link: 'https://github.com/panva/oauth4webapi/pull/140',
    answers: ['token'],
    repair(answer) {
      if (answer.members?.id_token === undefined) return answer;
      const { id_token: _unused, ...members } = answer.members;
      return { ...answer, members };
    },
  },
  'registration answered with 200': {
    link: 'https://datatracker.ietf.org/doc/html/rfc7591#section-3.2.1',
    answers: ['registration'],
    repair(answer) {
      return answer.status === 200 && answer.members?.client_id !== undefined
        ? { ...answer, status: 201 }
        : answer;
    },
  },
  'secret without client_secret_expires_at': {
    link: 'https://github.com/cloudflare/workers-oauth-provider/issues/163',
    answers: ['registration'],
    repair: (answer) => withDefault(answer, 'client_secret', 'client_secret_expires_at', 0),
  },
  'revocation answered with 204': {
    link: 'https://datatracker.ietf.org/doc/html/rfc7009#section-2.2',
    answers: ['revocation'],
    repair: (answer) => (answer.status === 204 ? { ...answer, status: 200 } : answer),
  },
  'invalid_token on revocation': {
    link: 'https://github.com/googleapis/google-auth-library-nodejs/issues/1175',
    answers: ['revocation'],
    // RFC 7009 section 2.2: an invalid token is not an error, because the goal of the revocation is achieved.
    repair: (answer) =>
      answer.status === 400 && answer.members?.error === 'invalid_token'
        ? { ...answer, status: 200 }
        : answer,
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

/** Repairs every known quirk of a response. */
export async function repairAnswer(kind: AnswerKind, response: Response): Promise<Response> {
  const text = await response.text();
  const original: Answer = {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    text,
    members: parseMembers(text),
  };
  const repairs: Quirk[] = Object.values(quirks);
  const answer = repairs
    .filter(({ answers }) => answers.includes(kind))
    .reduce((repaired, quirk) => quirk.repair(repaired), original);
  const headers = new Headers(response.headers);
  if (answer.members !== null) headers.set('content-type', 'application/json');
  // An error code is more precise than a challenge, which the client library would read first.
  if (typeof answer.members?.error === 'string') headers.delete('www-authenticate');
  const bodiless = answer.status === 204 || answer.status === 205 || answer.status === 304;
  const body = answer.members === null ? text : JSON.stringify(answer.members);
  return new Response(bodiless ? null : body, { status: answer.status, headers });
}

function withDefault(answer: Answer, where: string, member: string, value: unknown): Answer {
  const { members } = answer;
  if (members?.[where] === undefined || members[member] !== undefined) return answer;
  return { ...answer, members: { ...members, [member]: value } };
}

function parseMembers(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
