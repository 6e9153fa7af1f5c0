/** An answer of an authorization server while it is being repaired. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** The body's members, once something has made sense of it. */
  readonly members: Readonly<Record<string, unknown>> | null;
}

/** The endpoint that an answer came from. */
export type AnswerKind = 'token' | 'registration' | 'revocation';

/** One known departure from the standards, and how its answer is put into the standard's shape. */
export interface Quirk {
  /** Where it was met, or why it happens. */
  why: string;
  answers: readonly AnswerKind[];
  /** The repaired answer; the very same when there is nothing to repair. */
  repair(answer: Answer): Answer;
}

/**
 * Every departure that is tolerated, in the order in which the repairs are made. They concern the shape of an answer
 * only: issuer, state, PKCE and TLS are never relaxed.
 */
export const quirks = {
  'form-encoded token answer': {
    why: 'https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#response',
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
    why: 'https://github.com/sigbit/mcp-auth-proxy/issues/173',
    answers: ['token', 'registration'],
    repair(answer) {
      const members = Object.entries(answer.members ?? {});
      const kept = members.filter(([, value]) => value !== null && value !== '');
      return kept.length === members.length ? answer : { ...answer, members: Object.fromEntries(kept) };
    },
  },
  'error in an answer with status 200': {
    why: 'https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors',
    answers: ['token'],
    repair(answer) {
      const failed = typeof answer.members?.error === 'string' && answer.members.access_token === undefined;
      return answer.status === 200 && failed ? { ...answer, status: 400 } : answer;
    },
  },
  'bad_refresh_token for invalid_grant': {
    why: 'https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens',
    answers: ['token'],
    repair(answer) {
      if (answer.members?.error !== 'bad_refresh_token') return answer;
      return { ...answer, members: { ...answer.members, error: 'invalid_grant' } };
    },
  },
  'incorrect_client_credentials for invalid_client': {
    why: 'https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors#incorrect-client-credentials',
    answers: ['token'],
    repair(answer) {
      if (answer.members?.error !== 'incorrect_client_credentials') return answer;
      return { ...answer, members: { ...answer.members, error: 'invalid_client' } };
    },
  },
  'missing token_type': {
    why: 'https://github.com/panva/openid-client/issues/826',
    answers: ['token'],
    repair: (answer) => withDefault(answer, 'access_token', 'token_type', 'Bearer'),
  },
  'scope as an array': {
    why: 'https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/#authorization-code-grant-flow',
    answers: ['token'],
    repair(answer) {
      const scope = answer.members?.scope;
      if (!Array.isArray(scope)) return answer;
      const joined = scope.filter((entry) => typeof entry === 'string').join(' ');
      return { ...answer, members: { ...answer.members, scope: joined } };
    },
  },
  'unexpected id_token': {
    why: 'https://github.com/panva/oauth4webapi/pull/140',
    answers: ['token'],
    repair(answer) {
      if (answer.members?.id_token === undefined) return answer;
      const { id_token: _unused, ...members } = answer.members;
      return { ...answer, members };
    },
  },
  'registration answered with 200': {
    why: 'https://datatracker.ietf.org/doc/html/rfc7591#section-3.2.1',
    answers: ['registration'],
    repair(answer) {
      return answer.status === 200 && answer.members?.client_id !== undefined
        ? { ...answer, status: 201 }
        : answer;
    },
  },
  'secret without client_secret_expires_at': {
    why: 'https://github.com/cloudflare/workers-oauth-provider/issues/163',
    answers: ['registration'],
    repair: (answer) => withDefault(answer, 'client_secret', 'client_secret_expires_at', 0),
  },
  'revocation answered with 204': {
    why: 'https://datatracker.ietf.org/doc/html/rfc7009#section-2.2',
    answers: ['revocation'],
    repair: (answer) => (answer.status === 204 ? { ...answer, status: 200 } : answer),
  },
  'invalid_token on revocation': {
    why: 'https://github.com/googleapis/google-auth-library-nodejs/issues/1175',
    answers: ['revocation'],
    // RFC 7009 section 2.2: a token that is gone already is no error, and its purpose is achieved.
    repair: (answer) =>
      answer.status === 400 && answer.members?.error === 'invalid_token'
        ? { ...answer, status: 200 }
        : answer,
  },
} satisfies Record<string, Quirk>;

/**
 * RFC 6749 section 2.3.1 with appendix B, except that `-`, `_`, `.` and `~` stay plain: encoding them is allowed but
 * breaks servers that do not decode, and a server that decodes reads both alike.
 *
 * @see https://github.com/panva/oauth4webapi/issues/148
 */
export function formEncodeCredential(credential: string): string {
  return encodeURIComponent(credential)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

/** The answer in the shape that the standards give it, every known quirk of its kind repaired. */
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
  // An error code says more than the challenge beside it, which the client library would look at first.
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
