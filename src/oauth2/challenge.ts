/** One challenge of a `WWW-Authenticate` header. The scheme and the names of the parameters are in lower case. */
export interface Challenge {
  scheme: string;
  parameters: ReadonlyMap<string, string>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const separator = /[\s,]*/y;
const parameter = new RegExp(`(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))(?=\\s*(?:,|$))`, 'y');
/** A scheme, with a token68 if there is one, as Negotiate sends. The token68 is ignored. */
const scheme = new RegExp(`(${token})(?=[\\s,]|$)(?:\\s+[A-Za-z0-9._~+/-]+=*(?=\\s*(?:,|$)))?`, 'y');

/**
 * Parses a `WWW-Authenticate` value, which can contain several challenges (RFC 9110 section 11.6.1). Parsing stops at
 * the first syntax error and returns the challenges before it.
 */
export function parseChallenges(header: string | null): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let position = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const found = pattern.exec(header ?? '');
    if (found) position = pattern.lastIndex;
    return found;
  };
  while (position < (header ?? '').length) {
    match(separator);
    const current = challenges.at(-1);
    const pair = current && match(parameter);
    if (pair) {
      const [, name = '', quoted, plain = ''] = pair;
      const value = quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1');
      if (!current.parameters.has(name.toLowerCase())) current.parameters.set(name.toLowerCase(), value);
      continue;
    }
    const next = match(scheme);
    if (!next) break;
    challenges.push({ scheme: (next[1] ?? '').toLowerCase(), parameters: new Map() });
  }
  return challenges;
}

/** The parameters of a Bearer challenge (RFC 9728 section 5.1, RFC 6750 section 3). */
export interface BearerChallenge {
  /** True if one of the challenges has the Bearer scheme. */
  bearer: boolean;
  /** True if there are challenges, but of other schemes only, such as Basic. */
  otherSchemesOnly: boolean;
  resourceMetadataUrl: string | null;
  scope: string;
}

/** Reads the Bearer challenge of a `WWW-Authenticate` value. Of several, the first parameter of each name counts. */
export function readBearerChallenge(header: string | null): BearerChallenge {
  const challenges = parseChallenges(header);
  const bearer = challenges.filter((challenge) => challenge.scheme === 'bearer');
  const find = (among: Challenge[], name: string) =>
    among.map(({ parameters }) => parameters.get(name)).find((value) => value !== undefined);
  return {
    bearer: bearer.length > 0,
    otherSchemesOnly: challenges.length > 0 && bearer.length === 0,
    resourceMetadataUrl: find(bearer, 'resource_metadata') ?? find(challenges, 'resource_metadata') ?? null,
    scope: find(bearer, 'scope') ?? '',
  };
}
