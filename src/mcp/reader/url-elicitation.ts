import { toParagraphs } from '../../text.js';
import { isObject } from './json.js';

/** A page that the user must open before the tool can run (MCP 2025-11-25, URL mode elicitation). */
export interface UrlElicitation {
  url: string;
  /** The server's reason, as plain text. '' if it gives none. */
  message: string;
  /** The server's identifier of the request. '' if it gives none. */
  elicitationId: string;
}

/** The JSON-RPC error of a tool that requires the user to open a page first. */
export const urlElicitationRequired = -32_042;

const maxElicitations = 10;
const maxUrlLength = 2_048;
const maxMessageBytes = 1_024;
const maxIdLength = 256;

/**
 * Reads the pages in the `data` of the error, ten at most. A page that a browser must not open is left out: its URL must
 * use https, or http on a loopback address that is allowed, and contain no credentials.
 */
export function readUrlElicitations(
  data: unknown,
  isAllowedLoopback: (url: string) => boolean,
): UrlElicitation[] {
  const given = isObject(data) ? (data.elicitations ?? data) : data;
  const elicitations = Array.isArray(given) ? given : [given];
  return elicitations
    .slice(0, maxElicitations)
    .map((elicitation) => readElicitation(elicitation, isAllowedLoopback))
    .filter((elicitation) => elicitation !== null);
}

function readElicitation(given: unknown, isAllowedLoopback: (url: string) => boolean): UrlElicitation | null {
  const { url, message, elicitationId } = isObject(given) ? given : { url: given };
  if (typeof url !== 'string' || url.length > maxUrlLength || !URL.canParse(url)) return null;
  const { protocol, username, password, href } = new URL(url);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && isAllowedLoopback(href));
  if (!isSafe || username !== '' || password !== '' || href.length > maxUrlLength) return null;
  return {
    url: href,
    message: typeof message === 'string' ? toParagraphs(message, maxMessageBytes) : '',
    elicitationId:
      typeof elicitationId === 'string' && elicitationId.length <= maxIdLength ? elicitationId : '',
  };
}
