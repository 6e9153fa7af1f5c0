import type { GuardedFetch } from '../../net/guarded-fetch.js';
import { badUserInput, type FieldMistake } from '../../errors.js';
import { limits } from './limits.js';
import { noSecret, type Secret } from '../store/secret.js';

/** The form that the table's CHECK holds too. */
export const isSlug = (text: string): boolean => /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/.test(text);

// PostgreSQL stores no NUL, and nothing here has a use for the other control characters.
const controlCharacter = /\p{Cc}/u;
const controlCharacterButLineBreaks = /[^\P{Cc}\t\n\r]/u;
/** RFC 9110, section 5.6.2. */
const headerToken = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110, section 5.5, obs-text included: what a header can carry byte for byte. */
const headerText = /^[\t\x20-\x7e\x80-\xff]*$/;
/** RFC 6749, section 3.3. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

const required = 'is required and must not be blank';

/** Headers that belong to the connection, the browser, a proxy or the MCP client, in lower case. */
const reservedHeaders = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
  'cookie',
  'forwarded',
  'origin',
]);
const reservedPrefixes = ['x-forwarded-', 'mcp-'];

/** Which addresses plain http may be spoken to. */
export type PlainHttpAddresses = Pick<GuardedFetch, 'isAllowedLoopback' | 'mayBeListed'>;

/**
 * The rules for single fields. Each reads one field as it was given and returns it as it will be stored, and notes a
 * mistake under the field's path if it breaks a rule, so that all mistakes of an input come out at once. No message
 * repeats what was given: it may be a secret.
 */
export class FieldRules {
  private readonly mistakes: FieldMistake[] = [];

  constructor(private readonly addresses: PlainHttpAddresses) {}

  refuse(path: string, message: string): void {
    this.mistakes.push({ path, message });
  }

  /** @throws BAD_USER_INPUT with every mistake noted so far, if there is one. */
  throwMistakes(): void {
    if (this.mistakes.length > 0) throw badUserInput(this.mistakes);
  }

  /** One line, trimmed; null means ''. */
  text(path: string, given: string | null, max: number): string {
    const text = (given ?? '').trim();
    if (this.fits(path, text, max) && controlCharacter.test(text)) {
      this.refuse(path, 'must not contain line breaks or other control characters');
    }
    return text;
  }

  requiredText(path: string, given: string | null | undefined, max: number): string {
    const text = this.text(path, given ?? null, max);
    if (text === '') this.refuse(path, required);
    return text;
  }

  paragraphs(path: string, given: string | null, max: number): string {
    const text = (given ?? '').trim();
    if (this.fits(path, text, max) && controlCharacterButLineBreaks.test(text)) {
      this.refuse(path, 'must not contain control characters other than tabs and line breaks');
    }
    return text;
  }

  slug(path: string, given: string | null | undefined): string {
    const slug = (given ?? '').trim();
    if (slug === '') {
      this.refuse(path, required);
    } else if (this.fits(path, slug, limits.slug) && !isSlug(slug)) {
      this.refuse(path, 'takes lower-case letters, digits and inner hyphens only');
    }
    return slug;
  }

  requiredUrl(path: string, given: string | null | undefined): string {
    if ((given ?? '').trim() === '') this.refuse(path, required);
    return this.url(path, given ?? null);
  }

  /** http(s) without userinfo or fragment, kept as written; '' is none. */
  url(path: string, given: string | null): string {
    const url = (given ?? '').trim();
    if (url === '' || !this.fits(path, url, limits.url)) return url;
    const [, authority] = /^https?:\/\/([^/?#\\]*)/.exec(url) ?? [];
    if (authority === undefined || !URL.canParse(url) || /[\s\p{Cc}]/u.test(url)) {
      this.refuse(path, 'must be a URL that starts with http:// or https://');
    } else if (authority.includes('@')) {
      this.refuse(path, 'must not carry a user name or password');
    } else if (url.includes('#')) {
      this.refuse(path, 'must not have a fragment');
    }
    return url;
  }

  /**
   * An endpoint that credentials are sent to: https, or http on a loopback address that may be reached, or with
   * `acceptsPlainHttp` on an address that is listed.
   */
  credentialsUrl(
    path: string,
    given: string | null,
    { acceptsPlainHttp }: { acceptsPlainHttp: boolean },
  ): string {
    const url = this.url(path, given);
    if (!url.startsWith('http://') || this.addresses.isAllowedLoopback(url)) return url;
    const mayBeListed = this.addresses.mayBeListed(url);
    if (acceptsPlainHttp && mayBeListed) return url;
    const cure = mayBeListed
      ? '; if its address is in ALLOWED_PRIVATE_CIDRS, oauth2Compatibility.acceptsPlainHttp allows it, and everybody on your network can then read them'
      : '';
    this.refuse(path, `must be https, because credentials are sent there${cure}`);
    return url;
  }

  /** RFC 8414, section 2: no query and no fragment. Kept as written, because it is compared as written. */
  issuer(path: string, given: string | null): string {
    const issuer = this.url(path, given);
    if (issuer.includes('?')) this.refuse(path, 'must not have a query');
    return issuer;
  }

  /** Space-separated (RFC 6749, section 3.3), one space between two. */
  scopes(path: string, given: string | null): string {
    const scopes = (given ?? '').split(/\s+/).filter((scope) => scope !== '');
    const text = scopes.join(' ');
    if (this.fits(path, text, limits.scopes) && !scopes.every((scope) => scopeToken.test(scope))) {
      this.refuse(
        path,
        'takes scopes of printable ASCII characters without quotes and backslashes, separated by spaces',
      );
    }
    return text;
  }

  /** A secret that is not a header value, trimmed; null: none. */
  secret(path: string, given: string | null): Secret {
    if (given === null) return noSecret;
    const value = this.text(path, given, limits.secret);
    if (value === '') this.refuse(path, 'must not be blank; null clears it');
    return { is: 'given', value };
  }

  /** A secret that is sent as a header's whole value, as it is; null: none. */
  headerSecret(path: string, given: string | null): Secret {
    return given === null ? noSecret : { is: 'given', value: this.headerValue(path, given) };
  }

  headerName(path: string, given: string): string {
    const name = given.trim();
    const lowerCase = name.toLowerCase();
    if (name === '') {
      this.refuse(path, 'must not be blank');
    } else if (!this.fits(path, name, limits.headerName)) {
      return name;
    } else if (!headerToken.test(name)) {
      this.refuse(path, "takes letters, digits and !#$%&'*+-.^_`|~ only (RFC 9110)");
    } else if (
      reservedHeaders.has(lowerCase) ||
      reservedPrefixes.some((prefix) => lowerCase.startsWith(prefix))
    ) {
      this.refuse(path, 'is a header that this server sets itself or never sends');
    }
    return name;
  }

  headerValue(path: string, given: string): string {
    if (given.trim() === '') {
      this.refuse(path, 'must not be blank');
    } else if (this.fits(path, given, limits.headerValue) && !headerText.test(given)) {
      this.refuse(path, 'must not contain line breaks, control characters, or characters beyond Latin-1');
    }
    return given;
  }

  /** Exact tool names: trimmed, without blanks and repetitions. */
  toolNames(path: string, given: readonly string[] | null): string[] {
    const names = (given ?? []).map((name) => name.trim());
    for (const [index, name] of names.entries()) this.text(`${path}[${index}]`, name, limits.toolName);
    const kept = [...new Set(names.filter((name) => name !== ''))];
    if (kept.length > limits.tools) this.refuse(path, `may name at most ${limits.tools} tools`);
    return kept;
  }

  private fits(path: string, text: string, max: number): boolean {
    if (text.length <= max) return true;
    this.refuse(path, `may be at most ${max} characters long`);
    return false;
  }
}
