/** One challenge of a `WWW-Authenticate` header. The scheme and the names of the parameters are in lower case. */
export interface Challenge {
  /** '' for parameters without a scheme. */
  scheme: string;
  parameters: ReadonlyMap<string, string>;
}

/** The challenges of a header, and its spelling. */
export interface ParsedChallenges {
  challenges: Challenge[];
  /** False if a part of the header breaks the syntax of RFC 9110 section 11. */
  isWellFormed: boolean;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const separator = /[\s,;]*/y;
const parameter = new RegExp(`(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))(?=\\s*(?:,|$))`, 'y');
/** A scheme, with a token68 if there is one, as Negotiate sends. It is ignored, but a parameter without a value is none. */
const scheme = new RegExp(
  `(${token})(?=[\\s,]|$)(?:\\s+(?!resource_metadata)[A-Za-z0-9._~+/-]+=*(?=\\s*(?:,|$)))?`,
  'iy',
);

/** A parameter in another spelling: single quotes, no quotes, a colon, no comma after it, or a quote that does not end it. */
const otherParameter = /([\w-]+)\s*[=:]\s*(?:"([^"]*)"|'([^']*)'|([^\s,;"']+))/y;
/** After a syntax error, any word could be a scheme, so only the registered ones that servers send are. */
const knownScheme = /(basic|bearer|digest|dpop|hoba|mutual|negotiate|ntlm)(?=[\s,;:]|$):?/iy;
const word = /[^\s,;]+/y;

/**
 * Parses a `WWW-Authenticate` value, which can contain several challenges (RFC 9110 section 11.6.1). After a syntax error,
 * the parameters that can still be recognized are read.
 */
export function readChallenges(header: string | null): ParsedChallenges {
  const text = header ?? '';
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let isWellFormed = true;
  let position = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const found = pattern.exec(text);
    if (found) position = pattern.lastIndex;
    return found;
  };
  const add = (name: string, value: string) => {
    if (challenges.length === 0) challenges.push({ scheme: '', parameters: new Map() });
    const parameters = challenges.at(-1)?.parameters;
    if (!parameters?.has(name.toLowerCase())) parameters?.set(name.toLowerCase(), value);
  };
  for (match(separator); position < text.length; match(separator)) {
    const pair = challenges.length > 0 ? match(parameter) : null;
    if (pair) {
      const [, name = '', quoted, plain = ''] = pair;
      add(name, quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1'));
      continue;
    }
    const next = match(isWellFormed ? scheme : knownScheme);
    if (next) {
      challenges.push({ scheme: (next[1] ?? '').toLowerCase(), parameters: new Map() });
      continue;
    }
    if (isWellFormed) {
      // The header is read again from here, with the other spellings.
      isWellFormed = false;
      continue;
    }
    const other = match(otherParameter);
    if (other) {
      const [, name = '', double, single, plain = ''] = other;
      add(name, double ?? single ?? plain);
    } else {
      match(word);
    }
  }
  return { challenges, isWellFormed };
}

/** Parses the challenges of a `WWW-Authenticate` value, in any spelling that can be read. */
export function parseChallenges(header: string | null): Challenge[] {
  return readChallenges(header).challenges;
}

/** The parameters of a Bearer challenge (RFC 9728 section 5.1, RFC 6750 section 3). */
export interface BearerChallenge {
  /** True if one of the challenges has the Bearer scheme. */
  bearer: boolean;
  /** True if there are challenges, but of other schemes only, such as Basic. */
  otherSchemesOnly: boolean;
  resourceMetadataUrl: string | null;
  /** False if the header breaks the syntax, or mentions resource metadata in a way that cannot be read. */
  isWellFormed: boolean;
  /** True if the header mentions resource metadata, but its URL cannot be read. */
  isUnreadable: boolean;
  scope: string;
}

/** The parameter of RFC 9728, and the names that servers send instead. */
const metadataNames = [
  'resource_metadata',
  'resource-metadata',
  'resource_metadata_url',
  'resource_metadata_uri',
];

/** Reads the Bearer challenge of a `WWW-Authenticate` value. Of several, the first parameter of each name counts. */
export function readBearerChallenge(header: string | null): BearerChallenge {
  const { challenges, isWellFormed } = readChallenges(header);
  const bearer = challenges.filter((challenge) => challenge.scheme === 'bearer');
  const find = (among: Challenge[], names: readonly string[]) =>
    names
      .flatMap((name) => among.map(({ parameters }) => parameters.get(name)))
      .find((value) => value !== undefined);
  const named = find(bearer, metadataNames) ?? find(challenges, metadataNames);
  const mentioned = isWellFormed ? undefined : mentionedUrl(header ?? '');
  const announced = named === undefined || !looksLikeUrl(named) ? (mentioned ?? named) : named;
  const resourceMetadataUrl = announced === undefined ? null : unwrap(announced);
  const isUnreadable =
    (resourceMetadataUrl === null && !isWellFormed && /resource[_-]metadata/i.test(header ?? '')) ||
    (resourceMetadataUrl !== null && !looksLikeUrl(resourceMetadataUrl));
  return {
    bearer: bearer.length > 0,
    otherSchemesOnly: challenges.some(({ scheme }) => scheme !== '') && bearer.length === 0,
    resourceMetadataUrl: isUnreadable ? null : resourceMetadataUrl,
    isWellFormed,
    isUnreadable,
    scope: find(bearer, ['scope']) ?? '',
  };
}

/** Returns the URL that follows the name of the parameter in a malformed header, whatever surrounds both. */
function mentionedUrl(header: string): string | undefined {
  return /resource[_-]metadata(?:_ur[il])?[^A-Za-z0-9/]{0,12}(?:quot;|22)?((?:https?:\/)?\/[\x21-\x7e]+)/i
    .exec(header)?.[1]
    ?.split(/["'<>\\,;)]|&quot;|%22/)[0];
}

/** Returns a URL without the white space, quotes and angle brackets that some servers put around it. */
function unwrap(url: string): string {
  return url.replace(/^[\s"'<]+/, '').replace(/[\s"'>]+$/, '');
}

/** Returns true for text that means a URL: absolute with any scheme, or a path. It can still be an unusable one. */
function looksLikeUrl(text: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:|\/)\S+$/i.test(unwrap(text));
}
