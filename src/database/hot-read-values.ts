import pg from 'pg';

/** The object identifiers of PostgreSQL's types. */
const timestamptz = 1184;
const textArray = 1009;

/** The driver's parsers, with those of hot reads for times and arrays of texts. */
export const hotReadTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') => {
    if (oid === timestamptz) return parseTime;
    if (oid === textArray) return parseTexts;
    return pg.types.getTypeParser(oid, format);
  }) as pg.CustomTypesConfig['getTypeParser'],
};

const parseDate = pg.types.getTypeParser(timestamptz) as (text: string) => Date;
const utcTime = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/;

/**
 * Returns a time as ISO 8601 with milliseconds, as `Date.toISOString` does. A session in UTC needs no Date for it, and in
 * responses a time is a text again.
 */
export function parseTime(text: string): string {
  if (!utcTime.test(text)) return parseDate(text).toISOString();
  const milliseconds = text.slice(20, -3).slice(0, 3).padEnd(3, '0');
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${milliseconds}Z`;
}

const parseArray = pg.types.getTypeParser(textArray as number) as (text: string) => string[];

/**
 * Returns the elements of a `text[]`, as the driver does in twice the time. Nested arrays and those that may have a NULL are
 * left to the driver.
 */
export function parseTexts(text: string): string[] {
  if (text === '{}') return [];
  if (text.includes('{', 1) || text.includes('NULL')) return parseArray(text);
  if (!text.includes('"')) return text.slice(1, -1).split(',');
  const elements: string[] = [];
  for (let start = 1; start < text.length - 1;) {
    const isQuoted = text.charAt(start) === '"';
    const end = isQuoted ? closingQuote(text, start) : endOfElement(text, start);
    const element = text.slice(isQuoted ? start + 1 : start, end);
    elements.push(isQuoted && element.includes('\\') ? element.replaceAll(/\\(.)/gs, '$1') : element);
    start = end + (isQuoted ? 2 : 1);
  }
  return elements;
}

function endOfElement(text: string, start: number): number {
  const comma = text.indexOf(',', start);
  return comma === -1 ? text.length - 1 : comma;
}

function closingQuote(text: string, opening: number): number {
  let quote = text.indexOf('"', opening + 1);
  while (isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote;
}

/** Tells by the number of backslashes before it whether a quote belongs to the element. */
function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0;
  while (text.charAt(quote - 1 - backslashes) === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}
