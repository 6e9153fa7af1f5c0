import { SwitchboardError } from '../../errors.js';
import { lineProblem } from '../../text.js';

/** The window that a popup reports its result to, and the page that it links to if there is no such window. */
export interface OpenerTarget {
  /** One exact origin: PUBLIC_URL's or one of ALLOWED_ORIGINS. */
  origin: string;
  /** An absolute path under `origin`, or '' for none. */
  returnPath: string;
}

/** In characters. A connect URL with a path of this length still fits into the return path of the sign-in page. */
const longestReturnPath = 500;

/**
 * Validates the parameters of a connect URL. They default to PUBLIC_URL's origin and no return path.
 * @throws BAD_USER_INPUT for an origin that is not allowed, or a path that leaves it
 */
export function openerTarget(
  requested: { origin?: string; returnPath?: string },
  allowed: { publicUrl: string; allowedOrigins: readonly string[] },
): OpenerTarget {
  const { origin = allowed.publicUrl, returnPath = '' } = requested;
  if (origin !== allowed.publicUrl && !allowed.allowedOrigins.includes(origin)) {
    throw new SwitchboardError(
      'BAD_USER_INPUT',
      'The page that sent you here is not on an allowed origin. The operator of this Switchboard can add its origin to ALLOWED_ORIGINS.',
    );
  }
  if (returnPath !== '' && !staysUnder(origin, returnPath)) {
    throw new SwitchboardError(
      'BAD_USER_INPUT',
      `The "return" parameter of this link must be a path on ${origin}. It starts with one slash and has at most ${longestReturnPath} characters.`,
    );
  }
  return { origin, returnPath };
}

/**
 * Tells whether the URL parser keeps the path on the origin. Browsers read `//host`, `/\host` and `/<tab>/host` as another
 * host.
 */
function staysUnder(origin: string, path: string): boolean {
  if (path.length > longestReturnPath || !path.startsWith('/') || lineProblem(path) !== null) return false;
  const url = URL.parse(path, origin);
  return url !== null && url.origin === origin && URL.parse(origin + path)?.href === url.href;
}
