import { SwitchboardError } from '../../errors.js';

/** Whom a popup tells how it went, and where its page leads when there is no opener to tell. */
export interface PopupTarget {
  /** One exact origin: PUBLIC_URL's or one of ALLOWED_ORIGINS. */
  origin: string;
  /** An absolute path under `origin`, or '' for none. */
  returnPath: string;
}

/** Short enough that a connect URL that carries it survives a detour through signing in. */
const longestReturnPath = 500;

/**
 * Checks what a connect URL asked for; nothing asked means PUBLIC_URL's origin and no way back.
 * @throws BAD_USER_INPUT for an origin that is not trusted, or a path that leaves it.
 */
export function popupTarget(
  asked: { origin?: string; returnPath?: string },
  trusted: { publicUrl: string; allowedOrigins: readonly string[] },
): PopupTarget {
  const { origin = trusted.publicUrl, returnPath = '' } = asked;
  if (origin !== trusted.publicUrl && !trusted.allowedOrigins.includes(origin)) {
    throw new SwitchboardError(
      'BAD_USER_INPUT',
      'The page that sent you here is neither on this Switchboard nor on one of its ALLOWED_ORIGINS. Whoever runs this server can add it there.',
    );
  }
  if (returnPath !== '' && !staysUnder(origin, returnPath)) {
    throw new SwitchboardError(
      'BAD_USER_INPUT',
      `The "return" of this link must be a path on ${origin} that begins with one slash, of at most ${longestReturnPath} characters.`,
    );
  }
  return { origin, returnPath };
}

/** Browsers read `//host`, `/\host` and a path with a tab or newline in it as another host: the URL parser decides. */
function staysUnder(origin: string, path: string): boolean {
  if (path.length > longestReturnPath || !path.startsWith('/')) return false;
  const url = URL.parse(path, origin);
  return url !== null && url.origin === origin && URL.parse(origin + path)?.href === url.href;
}
