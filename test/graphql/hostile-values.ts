import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputType,
} from 'graphql';

/** The notation of a value: JSON for variables, GraphQL for a document. */
export type Notation = 'json' | 'graphql';

/** Values that an operation can succeed with, so that it gets beyond its first check. */
export interface PlausibleValues {
  ids: readonly string[];
  urls: readonly string[];
  texts: readonly string[];
}

const repeated = (text: string, times: number) => Array.from({ length: times }, () => text).join('');

const hostileTexts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud83d',
  '\udc00a',
  '\u202eabc\u2069',
  '\u200b\u2060',
  'שלום',
  '👩‍👩‍👧',
  'a\nb\r\tc\u2028d',
  '\u0085\u0007',
  "'; drop table users; --",
  '%_\\',
  '{"a":1}',
  '${x}{{y}}',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'null',
  'x'.repeat(5_000),
  '0',
  '-1',
  '1e309',
  'NaN',
  '2026-01-01T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999999Z',
  '300000-01-01T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  'javascript:alert(1)',
  'http://127.0.0.1:1/',
  'https://user:password@localhost:1/#',
  'http://[::1]:1/',
  'https://\ud83d.localhost/',
  'http://127.0.0.1:99999/',
  Buffer.from('9999999999999999/01900000-0000-7000-8000-000000000000').toString('base64url'),
  Buffer.from('["\\u0000","x"]').toString('base64url'),
  Buffer.from('0/01900000-0000-7000-8000-000000000000').toString('base64url'),
];
const hostileNumbers = [
  '0',
  '-1',
  '201',
  '2147483647',
  '-2147483648',
  '2147483648',
  '1e400',
  '-1e400',
  '0.5',
];
const hostileNumbersNear = [...hostileNumbers, '9007199254740993', '-0', '1E2'];
const hostileJson = [
  '{"__proto__":{"isAdmin":true}}',
  '{"constructor":{"prototype":{}},"toString":null}',
  '{"a":1,"a":2}',
  '{"\\u0000":"\\u0000"}',
  '{"\\ud83d":"\\udc00"}',
  '{"n":1e400,"i":123456789012345678901234567890}',
  `{"a":${repeated('[', 3_000)}${repeated(']', 3_000)}}`,
  `{"a":${repeated('{"a":', 3_000)}1${repeated('}', 3_000)}}`,
  '{}',
  '[]',
  'null',
  '"text"',
];

/** Returns a writer of random values for input types: plausible, hostile or of another type. */
export function hostileValues(random: () => number, plausible: PlausibleValues) {
  const chance = (probability: number) => random() < probability;
  const pick = <One>(list: readonly One[]): One => list[Math.floor(random() * list.length)]!;

  /** Writes a text with escapes that both notations have. */
  const quoted = (text: string) => JSON.stringify(text);

  const text = (): string => {
    if (chance(0.5)) return pick(hostileTexts);
    return pick(chance(0.5) ? plausible.texts : plausible.urls);
  };

  const scalar = (name: string, notation: Notation): string => {
    switch (name) {
      case 'Boolean':
        return pick(['true', 'false']);
      case 'Int':
      case 'Float':
        return chance(0.4) ? pick(['1', '50', '200']) : pick(hostileNumbersNear);
      case 'ID':
        return quoted(chance(0.8) ? pick(plausible.ids) : text());
      case 'JSON':
      case 'JSONObject':
        return notation === 'json' ? pick(hostileJson) : '{ a: [1, { b: "x" }], c: 1e400 }';
      default:
        return quoted(text());
    }
  };

  const ofAnotherType = (notation: Notation): string =>
    pick([
      ...hostileNumbers,
      'true',
      '[]',
      '{}',
      '[[null]]',
      '"text"',
      ...(notation === 'json'
        ? ['{"__proto__":null}', `${repeated('[', 3_000)}${repeated(']', 3_000)}`]
        : ['A']),
    ]);

  /** Writes a value of a type. */
  const value = (type: GraphQLInputType, notation: Notation): string => {
    if (chance(0.02)) return ofAnotherType(notation);
    if (!isNonNullType(type) && chance(0.1)) return 'null';
    const nullable: GraphQLInputType = getNullableType(type);
    if (isListType(nullable)) {
      const length = chance(0.05) ? 600 : Math.floor(random() * 3);
      // A short list of a document's own size, since a document has at most 1,000 tokens.
      const elements = Array.from({ length: notation === 'json' ? length : length % 4 }, () =>
        value(nullable.ofType, notation),
      );
      return chance(0.05) && elements[0] !== undefined ? elements[0] : `[${elements.join(', ')}]`;
    }
    if (isEnumType(nullable)) {
      const name = chance(0.95) ? pick(nullable.getValues()).name : '__proto__';
      return notation === 'json' ? quoted(name) : name;
    }
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields()).filter(
        (field) => isNonNullType(field.type) || chance(0.25),
      );
      const members = fields.map((field) => {
        const name = notation === 'json' ? quoted(field.name) : field.name;
        return `${name}: ${value(field.type, notation)}`;
      });
      if (notation === 'json' && chance(0.02)) members.push('"__proto__": {"a": 1}');
      return `{ ${members.join(', ')} }`;
    }
    return scalar(nullable.name, notation);
  };
  return value;
}
