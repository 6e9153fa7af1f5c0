import { ask } from './switchboard.js';

/** Who an administrator's token belongs to, and where. */
export interface Administrator {
  url: string;
  token: string;
}

export interface DemoUser {
  id: string;
  email: string;
  role: 'ADMIN' | 'MEMBER';
}

/** The people of the demo: the administrator that the first start made, and two members. */
export async function seedSignedInUsers(administrator: Administrator): Promise<DemoUser[]> {
  const { users } = await ask<{ users: DemoUser[] }>(administrator, '{ users { id email role } }');
  const people = [...users];
  for (const [email, displayName] of [
    ['mia@demo.example', 'Mia Member'],
    ['omar@demo.example', 'Omar Member'],
  ]) {
    const { createUser } = await ask<{ createUser: DemoUser }>(
      administrator,
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { id email role } }',
      { input: { email, displayName } },
    );
    people.push(createUser);
  }
  return people;
}

/** The demo's two servers in the catalogue: one found and registered by its URL alone, one open. */
export async function seedServers(
  administrator: Administrator,
  urls: { notebook: string; almanac: string },
): Promise<void> {
  const inputs = [
    {
      slug: 'notebook',
      displayName: 'Notebook',
      description: 'Notes of your own, behind a provider with a consent page.',
      url: urls.notebook,
      authType: 'OAUTH2',
      toolDenyList: ['delete_all_notes'],
      enabled: true,
    },
    {
      slug: 'almanac',
      displayName: 'Almanac',
      description: 'Dates and days. Open to everybody.',
      url: urls.almanac,
      authType: 'NONE',
      availability: 'DEFAULT_ON',
      enabled: true,
    },
  ];
  for (const input of inputs) {
    await ask(
      administrator,
      'mutation ($input: CreateMcpServerConfigInput!) { createMcpServerConfig(input: $input) { id } }',
      { input },
    );
  }
}

/** Fresh one-use links, a line for each person. */
export async function signInLinks(administrator: Administrator, people: DemoUser[]): Promise<string> {
  const lines = await Promise.all(
    people.map(async ({ id, email, role }) => {
      const { createSignInLink } = await ask<{ createSignInLink: { url: string } }>(
        administrator,
        'mutation ($userId: UUID!) { createSignInLink(userId: $userId) { url } }',
        { userId: id },
      );
      return `  ${role.toLowerCase().padEnd(6)}  ${email.padEnd(18)}  ${createSignInLink.url}`;
    }),
  );
  return lines.join('\n');
}
