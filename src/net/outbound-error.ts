/** The reason why an outgoing request failed. */
export type OutboundFailure =
  /** Not an http(s) URL, or a URL with credentials. */
  | 'INVALID_URL'
  /** The host is, or resolves to, an address that is neither public nor allowed. */
  | 'ADDRESS_REFUSED'
  /** A request with credentials over plain HTTP, to an address that is not on the list of allowed ones. */
  | 'PLAIN_HTTP_REFUSED'
  | 'DNS'
  | 'TLS'
  /** The connection was refused or closed early, or the response is not HTTP. */
  | 'CONNECTION'
  | 'TIMEOUT'
  | 'TOO_LARGE'
  /** A redirect of a request that is never redirected, or to a URL that is not followed. */
  | 'REDIRECT_REFUSED'
  | 'TOO_MANY_REDIRECTS'
  /** The caller's signal ended the request. */
  | 'ABORTED';

const sentences: Record<OutboundFailure, string> = {
  INVALID_URL: 'The URL is not an http or https URL without credentials.',
  ADDRESS_REFUSED:
    'The host is, or resolves to, a private or reserved address. The operator of Switchboard can allow it.',
  PLAIN_HTTP_REFUSED:
    'Credentials are sent over plain HTTP only to addresses in ALLOWED_PRIVATE_CIDRS, and this host has others. Use https.',
  DNS: 'The host name could not be resolved.',
  TLS: 'A trusted TLS connection could not be established.',
  CONNECTION: 'The connection could not be established, or it closed before the response was complete.',
  TIMEOUT: 'The response took too long.',
  TOO_LARGE: 'The response is too large.',
  REDIRECT_REFUSED: 'The response is a redirect that is not followed.',
  TOO_MANY_REDIRECTS: 'The response redirects too many times.',
  ABORTED: 'The request was cancelled.',
};

/**
 * An outgoing request failed. The message is a sentence of Switchboard and is safe to show to users. There is no
 * `cause`: the underlying error can contain remote text, such as a certificate's names or a redirect's target.
 */
export class OutboundError extends Error {
  readonly reason: OutboundFailure;
  /** The requested URL without query and fragment, which can contain secrets. '' if it is not a URL. */
  readonly url: string;

  /** @param sentence a sentence of Switchboard that is more exact */
  constructor(reason: OutboundFailure, url: string, sentence = sentences[reason]) {
    super(sentence);
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

/** A failure raised where the URL of the request is not known. It never leaves this folder. */
export class RequestFailed extends Error {
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

/** Returns the reason of an error from the HTTP client: the one raised in this folder, else by its error code. */
export function reasonOf(error: unknown): OutboundFailure {
  let current: unknown = error;
  for (let depth = 0; current && depth < 5; depth++) {
    if (current instanceof RequestFailed || current instanceof OutboundError) return current.reason;
    const { code, cause } = current as Cause;
    const known = typeof code === 'string' && reasonsByCode.find(([pattern]) => pattern.test(code));
    if (known) return known[1];
    current = cause;
  }
  return 'CONNECTION';
}
