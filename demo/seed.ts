import { ask } from './switchboard.js';

/** An administrator's API token, and the URL of its Switchboard. */
export interface Administrator {
  url: string;
  token: string;
}

export interface DemoUser {
  id: string;
  email: string;
  role: 'ADMIN' | 'MEMBER';
}

/** Creates two members. Returns them with the administrator, which the first start created. */
export async function seedUsers(administrator: Administrator): Promise<DemoUser[]> {
  const { users } = await ask<{ users: { edges: { node: DemoUser }[] } }>(
    administrator,
    '{ users { edges { node { id email role } } } }',
  );
  const all = users.edges.map(({ node }) => node);
  for (const [email, displayName] of [
    ['mia@demo.example', 'Mia Member'],
    ['omar@demo.example', 'Omar Member'],
  ]) {
    const { createUser } = await ask<{ createUser: { user: DemoUser } }>(
      administrator,
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id email role } } }',
      { input: { email, displayName } },
    );
    all.push(createUser.user);
  }
  return all;
}

/** Adds two servers: one with OAuth, discovered and registered from its URL, and one without authorization. */
export async function seedServers(
  administrator: Administrator,
  urls: { notebook: string; almanac: string },
): Promise<void> {
  const inputs = [
    {
      slug: 'notebook',
      displayName: 'Notebook',
      description: 'Your own notes, behind a provider with a consent page.',
      url: urls.notebook,
      authType: 'OAUTH2',
      toolDenyList: ['delete_all_notes'],
      enabled: true,
    },
    {
      slug: 'almanac',
      displayName: 'Almanac',
      description: 'Dates and days. No authorization.',
      url: urls.almanac,
      authType: 'NONE',
      availability: 'DEFAULT_ON',
      enabled: true,
    },
  ];
  for (const input of inputs) {
    await ask(
      administrator,
      'mutation ($input: CreateMcpServerConfigInput!) { createMcpServerConfig(input: $input) { server { id } } }',
      { input },
    );
  }
}

/** Creates sign-in links and returns them, one line per user. */
export async function signInLinks(administrator: Administrator, users: DemoUser[]): Promise<string> {
  const lines = await Promise.all(
    users.map(async ({ id, email, role }) => {
      const { createSignInLink } = await ask<{ createSignInLink: { signInLink: { url: string } } }>(
        administrator,
        'mutation ($userId: ID!) { createSignInLink(userId: $userId) { signInLink { url } } }',
        { userId: id },
      );
      return `  ${role.toLowerCase().padEnd(6)}  ${email.padEnd(18)}  ${createSignInLink.signInLink.url}`;
    }),
  );
  return lines.join('\n');
}
