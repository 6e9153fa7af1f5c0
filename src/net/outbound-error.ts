/** Why a request of ours brought no usable answer. */
export type OutboundFailure =
  /** Not an http(s) URL, or one with credentials in it. */
  | 'INVALID_URL'
  /** The host is, or resolves to, an address that is not public and not listed in ALLOWED_PRIVATE_CIDRS. */
  | 'ADDRESS_REFUSED'
  /** Plain http to an address that is not listed in ALLOWED_PRIVATE_CIDRS, where only listed ones may be spoken to so. */
  | 'PLAIN_HTTP_REFUSED'
  | 'DNS'
  | 'TLS'
  /** Nobody listens, the connection broke off, or what came is not HTTP. */
  | 'CONNECTION'
  | 'TIMEOUT'
  | 'TOO_LARGE'
  /** A redirect of a request that is never redirected, or to a place that we do not follow to. */
  | 'REDIRECT_REFUSED'
  | 'TOO_MANY_REDIRECTS'
  /** The caller's own signal ended it. */
  | 'ABORTED';

const sentences: Record<OutboundFailure, string> = {
  INVALID_URL: 'This is not an http or https URL without credentials.',
  ADDRESS_REFUSED:
    'The host is, or resolves to, a private or reserved address. If Switchboard is meant to reach it, list it in ALLOWED_PRIVATE_CIDRS.',
  PLAIN_HTTP_REFUSED:
    'Plain http is spoken only with addresses that are listed in ALLOWED_PRIVATE_CIDRS, and this host has others.',
  DNS: 'The host name could not be resolved.',
  TLS: 'No trusted TLS connection could be made. A private certificate authority belongs into EXTRA_CA_FILE.',
  CONNECTION: 'The connection could not be made, or broke off before the answer was complete.',
  TIMEOUT: 'The answer took too long.',
  TOO_LARGE: 'The answer is larger than is accepted.',
  REDIRECT_REFUSED: 'The answer is a redirect that is not followed.',
  TOO_MANY_REDIRECTS: 'The answer is one redirect after another.',
  ABORTED: 'The request was cancelled.',
};

/**
 * An outgoing request failed. The message is one of our own sentences and may be shown to people; there is no
 * `cause`, because what lies beneath (a certificate's names, a redirect's target) is the remote side's text.
 */
export class OutboundError extends Error {
  readonly reason: OutboundFailure;
  /** What the caller asked for, without query and fragment, which may carry secrets. '' if it was not a URL. */
  readonly url: string;

  constructor(reason: OutboundFailure, url: string) {
    super(sentences[reason]);
    this.name = 'OutboundError';
    this.reason = reason;
    this.url = withoutQuery(url);
  }
}

function withoutQuery(url: string): string {
  if (!URL.canParse(url)) return '';
  const { origin, pathname } = new URL(url);
  return origin === 'null' ? '' : origin + pathname;
}

/** A failure met before or beneath a request, where the URL is not at hand. It never leaves this folder. */
export class Refusal extends Error {
  readonly reason: OutboundFailure;

  constructor(reason: OutboundFailure) {
    super(reason);
    this.reason = reason;
  }
}

const reasonsByCode: [RegExp, OutboundFailure][] = [
  [/^(ENOTFOUND|ENODATA|ESERVFAIL|EAI_)/, 'DNS'],
  [/^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/, 'TIMEOUT'],
  [
    /^(CERT_|CRL_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_(CA|PURPOSE)|HOSTNAME_|EPROTO$)/,
    'TLS',
  ],
  [/^UND_ERR_PRX_TLS$/, 'TLS'],
];

interface Cause {
  code?: unknown;
  cause?: unknown;
}

/** The reason of whatever the HTTP client threw: our own refusal beneath it, else what its error code says. */
export function reasonOf(error: unknown): OutboundFailure {
  let beneath: unknown = error;
  for (let depth = 0; beneath && depth < 5; depth++) {
    if (beneath instanceof Refusal || beneath instanceof OutboundError) return beneath.reason;
    const { code, cause } = beneath as Cause;
    const known = typeof code === 'string' && reasonsByCode.find(([pattern]) => pattern.test(code));
    if (known) return known[1];
    beneath = cause;
  }
  return 'CONNECTION';
}
