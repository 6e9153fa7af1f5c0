import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app.js';
import { seedServer, seedSignedInUser, seedUser, type SignedInUser } from '../support/seed.js';

let app: TestApp;
let admin: SignedInUser;
let userId: string;
let serverId: string;
beforeAll(async () => {
  app = await startApp();
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  userId = (await seedUser(app)).id;
  serverId = (await seedServer(app)).id;
});
afterAll(() => app.close());

type Attempt = (text: string) => { document: string; variables: Record<string, unknown> };

const unique = () => randomUUID().slice(0, 8);
const createServer = (input: Record<string, unknown>) => ({
  document:
    'mutation ($input: CreateMcpServerConfigInput!) { createMcpServerConfig(input: $input) { __typename } }',
  variables: { input: { slug: `s-${unique()}`, displayName: 'A', url: 'https://a.example/mcp', ...input } },
});
const updateServer = (input: Record<string, unknown>) => ({
  document: `mutation ($input: UpdateMcpServerConfigInput!) {
    updateMcpServerConfig(id: "${serverId}", input: $input) { __typename } }`,
  variables: { input },
});
const email = () => `${unique()}@example.com`;

/** Every input that other users see as a name. */
const names: Record<string, Attempt> = {
  'displayName of createMcpServerConfig': (displayName) => createServer({ displayName }),
  'displayName of updateMcpServerConfig': (displayName) => updateServer({ displayName }),
  'slug of createMcpServerConfig': (slug) => createServer({ slug }),
  'toolAllowList of updateMcpServerConfig': (tool) => updateServer({ toolAllowList: [tool] }),
  'url of updateMcpServerConfig': (text) => updateServer({ url: `https://a.example/${text}` }),
  'displayName of createUser': (displayName) => ({
    document: 'mutation ($input: CreateUserInput!) { createUser(input: $input) { __typename } }',
    variables: { input: { email: email(), displayName } },
  }),
  'email of createUser': (text) => ({
    document: 'mutation ($input: CreateUserInput!) { createUser(input: $input) { __typename } }',
    variables: { input: { email: `a${text}${email()}` } },
  }),
  'displayName of updateUser': (displayName) => ({
    document: `mutation ($input: UpdateUserInput!) { updateUser(id: "${userId}", input: $input) { __typename } }`,
    variables: { input: { displayName } },
  }),
  'name of createApiToken': (name) => ({
    document: 'mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) { __typename } }',
    variables: { input: { name } },
  }),
};

const refused = {
  'a right-to-left override': 'invoice\u202efdp.exe',
  'an isolate': 'a\u2066b\u2069c',
  'a left-to-right mark': 'a\u200eb',
  'an Arabic letter mark': 'a\u061cb',
  NUL: 'a\0b',
  'half of a surrogate pair': 'a\ud83db',
  'a control character of C1': 'a\u0085b',
  'a line separator': 'a\u2028b',
  'a line break': 'a\nb',
};

async function fieldsOf({ document, variables }: ReturnType<Attempt>): Promise<string[] | undefined> {
  const { errors } = await admin.graphql.query(document, variables);
  if (!errors) return undefined;
  expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  return errors[0]?.extensions.fields?.map(({ path }) => path.replace(/^input\./, '').replace(/\[0\]$/, ''));
}

test.each(Object.entries(refused))('refuses %s in every name', async (_what, text) => {
  for (const [name, attempt] of Object.entries(names)) {
    expect({ name, fields: await fieldsOf(attempt(text)) }).toEqual({ name, fields: [name.split(' ')[0]] });
  }
});

test.each([
  ['zero-width characters', '\u200b\u2060\ufeff'],
  ['fillers', '\u3164\u115f'],
  ['an empty Braille pattern', '\u2800'],
  ['variation selectors', '\ufe0f\u{e0100}'],
])('refuses a name of %s alone', async (_what, text) => {
  for (const [name, attempt] of Object.entries(names).filter(([name]) => /^(displayName|name)/.test(name))) {
    expect({ name, fields: await fieldsOf(attempt(text)) }).toEqual({ name, fields: [name.split(' ')[0]] });
  }
});

test('accepts names of every script, and emoji', async () => {
  const { displayName } = { displayName: 'שלום عالم 日本語 👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 می‌خواهم' };
  expect(await fieldsOf(updateServer({ displayName }))).toBeUndefined();
  const query = `{ mcpServerConfig(id: "${serverId}") { displayName } }`;
  expect(await admin.graphql.data(query)).toEqual({ mcpServerConfig: { displayName } });
});

test('accepts marks of direction in a description, which is not a name, and refuses formatting', async () => {
  expect(await fieldsOf(updateServer({ description: 'C++\u200e נכתב\u200f\nב' }))).toBeUndefined();
  expect(await fieldsOf(updateServer({ description: 'a\u202eb' }))).toEqual(['description']);
  expect(await fieldsOf(updateServer({ description: 'a\u2067b' }))).toEqual(['description']);
});
