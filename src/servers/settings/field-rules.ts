import { badUserInput, type FieldMistake } from '../../errors.js';
import type { GuardedFetch } from '../../net/guarded-fetch.js';
import { isScopeToken } from '../../oauth2/compatibility.js';
import { limits, type FieldInput } from '../fields/field.js';
import { serverFields, type FieldsWith } from '../fields/fields.js';
import { isBlank, lineProblem, paragraphsProblem } from '../../text.js';
import { noSecret, type Secret } from '../store/server-secrets.js';

/** The form that the table's CHECK requires too. */
export const isSlug = (text: string): boolean => /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/.test(text);

/** RFC 9110, section 5.6.2. */
const headerToken = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110, section 5.5, including obs-text: the characters that a header carries byte for byte. */
const headerText = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers of the connection, the browser, a proxy or the MCP client, in lower case. */
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

/** Tells which addresses may be reached over plain http. */
export type PlainHttpAddresses = Pick<GuardedFetch, 'isAllowedLoopback' | 'mayBeListed'>;

type Text = string | null | undefined;

/** The fields whose rule reads text and returns text. */
export type TextField = FieldsWith<{ input: { rule: TextRule } }>;
type TextRule =
  'credentialsUrl' | 'headerName' | 'issuer' | 'paragraphs' | 'scopes' | 'slug' | 'text' | 'url';
type TextSecret = FieldsWith<{ input: { rule: 'secret' | 'headerSecret' } }>;

/**
 * The rules for single fields. Each rule reads a field as given and returns it as it will be stored. It notes a mistake
 * under the field's path, so that one error reports every mistake of an input. No message repeats the input, because it
 * may be a secret.
 */
export class FieldRules {
  private readonly mistakes: FieldMistake[] = [];

  constructor(private readonly addresses: PlainHttpAddresses) {}

  refuse(path: string, message: string): void {
    this.mistakes.push({ path, message });
  }

  /** @throws BAD_USER_INPUT with every mistake noted so far, if there is one */
  throwMistakes(): void {
    if (this.mistakes.length > 0) throw badUserInput(this.mistakes);
  }

  /** Reads a text field by the rule, the maximum and the default of its declaration. */
  read(field: TextField, given: Text, { acceptsPlainHttp = false } = {}): string {
    const {
      rule,
      max = Infinity,
      required,
      default: byDefault = '',
    }: FieldInput & { rule: TextRule } = serverFields[field].input;
    const value = given ?? String(byDefault);
    if (required !== undefined && isBlank(value)) {
      this.refuse(field, required);
      return '';
    }
    switch (rule) {
      case 'text':
        return this.text(field, value, max);
      case 'paragraphs':
        return this.paragraphs(field, value, max);
      case 'slug':
        return this.slug(field, value, max);
      case 'url':
        return this.url(field, value);
      case 'credentialsUrl':
        return this.credentialsUrl(field, value, acceptsPlainHttp);
      case 'issuer':
        return this.issuer(field, value);
      case 'scopes':
        return this.scopes(field, value, max);
      case 'headerName':
        return this.headerName(field, value);
    }
  }

  /** One line, trimmed. */
  text(path: string, given: string, max: number): string {
    const text = given.trim();
    const problem = this.fits(path, text, max) && lineProblem(text);
    if (problem) this.refuse(path, problem);
    return text;
  }

  private paragraphs(path: string, given: string, max: number): string {
    const text = given.trim();
    const problem = this.fits(path, text, max) && paragraphsProblem(text);
    if (problem) this.refuse(path, problem);
    return text;
  }

  private slug(path: string, given: string, max: number): string {
    const slug = given.trim();
    if (this.fits(path, slug, max) && !isSlug(slug)) {
      this.refuse(path, 'Use lower-case letters, digits and inner hyphens only.');
    }
    return slug;
  }

  /** http or https without userinfo or fragment, kept as written. '' is none. */
  url(path: string, given: string): string {
    const url = given.trim();
    if (url === '' || !this.fits(path, url, limits.url)) return url;
    const [, authority] = /^https?:\/\/([^/?#\\]*)/.exec(url) ?? [];
    if (
      authority === undefined ||
      !URL.canParse(url) ||
      /\s/.test(url) ||
      lineProblem(url) !== null ||
      authority.includes('@') ||
      url.includes('#')
    ) {
      this.refuse(path, 'Enter an absolute http or https URL without user, password or fragment.');
    }
    return url;
  }

  /**
   * An endpoint that receives credentials: https, or http on a loopback address that may be reached, or with
   * `acceptsPlainHttp` on a listed address.
   */
  private credentialsUrl(path: string, given: string, acceptsPlainHttp: boolean): string {
    const url = this.url(path, given);
    if (!url.startsWith('http://') || this.addresses.isAllowedLoopback(url)) return url;
    const mayBeListed = this.addresses.mayBeListed(url);
    if (acceptsPlainHttp && mayBeListed) return url;
    const remedy = mayBeListed
      ? ' For a private address in ALLOWED_PRIVATE_CIDRS, you can accept plain http in the compatibility settings. Every host on your network can then read the credentials.'
      : '';
    this.refuse(path, `Enter an https URL, because this endpoint receives credentials.${remedy}`);
    return url;
  }

  /** RFC 8414, section 2: no query and no fragment. Kept as written, because it is compared as written. */
  issuer(path: string, given: string): string {
    const issuer = this.url(path, given);
    if (issuer.includes('?')) this.refuse(path, 'Enter a URL without a query.');
    return issuer;
  }

  /** Separated by single spaces (RFC 6749, section 3.3). */
  private scopes(path: string, given: string, max: number): string {
    const scopes = given.split(/\s+/).filter((scope) => scope !== '');
    const text = scopes.join(' ');
    if (this.fits(path, text, max) && !scopes.every(isScopeToken)) {
      this.refuse(
        path,
        'Separate scopes by spaces. Use printable ASCII characters without quotation marks and backslashes.',
      );
    }
    return text;
  }

  /** A secret in one field. A header's value is kept unchanged, every other secret is trimmed. null is none. */
  secret(field: TextSecret, given: string | null): Secret {
    if (given === null) return noSecret;
    const { rule, max } = serverFields[field].input;
    if (rule === 'headerSecret') return { is: 'given', value: this.headerValue(field, given) };
    const value = this.text(field, given, max);
    if (value === '') this.refuse(field, 'Enter a value.');
    return { is: 'given', value };
  }

  headerName(path: string, given: string): string {
    const name = given.trim();
    const lowerCase = name.toLowerCase();
    if (name === '') {
      this.refuse(path, 'Enter the name of a header.');
    } else if (!this.fits(path, name, limits.headerName)) {
      return name;
    } else if (!headerToken.test(name)) {
      this.refuse(path, "Use letters, digits and !#$%&'*+-.^_`|~ only (RFC 9110).");
    } else if (
      reservedHeaders.has(lowerCase) ||
      reservedPrefixes.some((prefix) => lowerCase.startsWith(prefix))
    ) {
      this.refuse(path, 'Use another header. Switchboard sets this header itself or never sends it.');
    }
    return name;
  }

  headerValue(path: string, given: string): string {
    if (given.trim() === '') {
      this.refuse(path, 'Enter a value.');
    } else if (this.fits(path, given, limits.headerValue) && !headerText.test(given)) {
      this.refuse(path, 'Use Latin-1 characters only, without line breaks and other control characters.');
    }
    return given;
  }

  /** Exact tool names: trimmed, without blank and repeated names. */
  toolNames(path: string, given: readonly string[]): string[] {
    const names = given.map((name) => name.trim());
    for (const [index, name] of names.entries()) this.text(`${path}[${index}]`, name, limits.toolName);
    const kept = [...new Set(names.filter((name) => name !== ''))];
    if (kept.length > limits.tools) this.refuse(path, `Enter at most ${limits.tools} tools.`);
    return kept;
  }

  private fits(path: string, text: string, max: number): boolean {
    if (text.length <= max) return true;
    this.refuse(path, `Use at most ${max} characters.`);
    return false;
  }
}
