import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { breakingChanges, deprecationMistakes } from '../../scripts/schema-compatibility.js';
import { Project } from './project.js';

const today = '2027-07-01';
const deprecated = (date: string) => `@deprecated(reason: "Use \`other\`. Removed after ${date}.")`;

describe('breaking changes', () => {
  const before = `
    type Query { item(id: ID!, size: Int = 10): Item  items: [Item!]! }
    type Item { id: ID!  name: String  kind: Kind! }
    enum Kind { A B }
    input Filter { kind: Kind }
    type Mutation { find(filter: Filter): Item }
    type Orphan { a: String }`;
  const changed = (from: string, to: string) => {
    expect(before).toContain(from);
    return breakingChanges(before, before.replace(from, to), today);
  };

  it.each([
    ['a removed field', 'name: String', ''],
    ['a field of another type', 'name: String', 'name: Int'],
    ['a field that becomes nullable', 'kind: Kind!', 'kind: Kind'],
    ['a removed argument', 'id: ID!, ', ''],
    ['a new required argument', 'id: ID!', 'id: ID!, new: Int!'],
    ['another default', 'size: Int = 10', 'size: Int = 20'],
    ['a removed enum value', 'A B', 'A'],
    ['a new required input field', 'kind: Kind }', 'kind: Kind  new: Int! }'],
    ['a removed input field', 'kind: Kind }', 'other: Kind }'],
    ['an input field that becomes required', 'kind: Kind }', 'kind: Kind! }'],
    ['a removed type that no operation reaches', 'type Orphan { a: String }', ''],
  ])('contain %s', (_what, from, to) => {
    expect(changed(from, to)).toHaveLength(1);
  });

  it.each([
    ['a new field', 'name: String', 'name: String  size: Int'],
    ['a new optional argument', 'id: ID!', 'id: ID!, new: Int'],
    ['a new enum value', 'A B', 'A B C'],
    ['a new optional input field', 'kind: Kind }', 'kind: Kind  new: Int }'],
    ['a deprecation', 'name: String', `name: String ${deprecated('2028-01-01')}`],
    ['a new type', 'type Orphan', 'type New { a: String }  type Orphan'],
  ])('do not contain %s', (_what, from, to) => {
    expect(changed(from, to)).toEqual([]);
  });

  it.each([
    ['the date has passed', '2027-06-30', 0],
    ['the date is today', '2027-07-01', 1],
    ['the date is in the future', '2028-01-01', 1],
  ])('contain a removed deprecated field unless %s', (_what, date, count) => {
    const old = before.replace('name: String', `name: String ${deprecated(date)}`);
    expect(breakingChanges(old, before.replace('name: String', ''), today)).toHaveLength(count);
  });

  it('contain a removed field whose deprecation has no date', () => {
    const old = before.replace('name: String', 'name: String @deprecated');
    expect(breakingChanges(old, before.replace('name: String', ''), today)).toHaveLength(1);
  });

  it('do not contain arguments, enum values, input fields and types that only expired fields used', () => {
    const expired = deprecated('2027-06-30');
    const old = before
      .replace('size: Int = 10', `size: Int = 10 ${expired}`)
      .replace('A B', `A B ${expired}`)
      .replace('kind: Kind }', `kind: Kind  old: Int ${expired} }`)
      .replace('name: String', `name: String  part: Part ${expired}`)
      .concat('type Part { size: Size }  enum Size { S }');
    const after = before.replace(', size: Int = 10', '').replace('A B', 'A');
    expect(breakingChanges(old, after, today)).toEqual([]);
    expect(breakingChanges(old, after, '2027-06-30').length).toBeGreaterThan(3);
  });
});

describe('a deprecation', () => {
  it('names a replacement and a date', () => {
    const field = (reason: string) => `type Query { a: Int ${reason}  b: Int }`;
    expect(deprecationMistakes(field(deprecated('2027-06-30')))).toEqual([]);
    for (const reason of [
      '@deprecated',
      '@deprecated(reason: "Use `b`.")',
      '@deprecated(reason: "Removed after 2027-06-30.")',
      '@deprecated(reason: "Use `b`. Removed after June.")',
    ]) {
      expect(deprecationMistakes(field(reason))).toHaveLength(1);
    }
  });
});

describe('the schemas of releases', () => {
  const schema = (fields: string) => `type Query { ${fields} }\n`;
  let project: Project;
  beforeEach(async () => {
    project = await Project.create();
  });
  afterEach(() => project.remove());

  const setVersion = (version: string) => project.write('package.json', JSON.stringify({ version }));
  const run = (...args: string[]) => project.run('scripts/released-schemas.ts', ...args);

  it('are required from 0.2.0 on, and written at a release', async () => {
    await project.write('schema.graphql', schema('a: Int'));
    await setVersion('0.1.0');
    expect(await run('--check')).toMatchObject({
      code: 0,
      lines: [expect.stringContaining('released before schemas were kept')],
    });
    await setVersion('0.2.0');
    expect(await run('--check')).toMatchObject({
      code: 1,
      lines: [expect.stringContaining('must be that of 0.2.0')],
    });
    expect(await run()).toEqual({ code: 0, lines: ['Wrote docs/schema/0.2.0.graphql.'] });
    expect(await project.read('docs/schema/0.2.0.graphql')).toBe(schema('a: Int'));
    expect(await run('--check')).toMatchObject({ code: 0 });
    await project.write('schema.graphql', schema('b: Int'));
    expect(await run()).toMatchObject({ code: 1, lines: [expect.stringContaining('has another schema')] });
    expect(await project.read('docs/schema/0.2.0.graphql')).toBe(schema('a: Int'));
  });

  it('are compatible with the one before, and schema.graphql with the last', async () => {
    await setVersion('0.10.0');
    await project.write('docs/schema/0.9.0.graphql', schema('a: Int  b: Int'));
    await project.write('docs/schema/0.10.0.graphql', schema('a: Int'));
    await project.write('schema.graphql', schema('a: Int  c: Int'));
    expect(await run('--check')).toEqual({
      code: 1,
      lines: ['docs/schema/0.10.0.graphql breaks clients of docs/schema/0.9.0.graphql: Query.b was removed.'],
    });
    await project.write('docs/schema/0.10.0.graphql', schema('a: Int  b: Int'));
    expect(await run('--check')).toEqual({
      code: 1,
      lines: ['schema.graphql breaks clients of docs/schema/0.10.0.graphql: Query.b was removed.'],
    });
    await project.write('schema.graphql', schema('a: Int  b: Int  c: Int @deprecated'));
    expect((await run('--check')).code).toBe(1);
    await project.write('schema.graphql', schema('a: Int  b: Int  c: Int'));
    expect((await run('--check')).code).toBe(0);
  });
});
