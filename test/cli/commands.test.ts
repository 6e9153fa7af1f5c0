import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { build, graphql, Installation, type ServerProcess } from '../support/command-line.js';

/** For slow machines, because these tests start processes. No test measures it. */
jest.setTimeout(120_000);

interface AuditEvent {
  action: string;
  actor: { kind: string; email: string };
  subject: { type: string; name: string };
  affectedUser: { email: string } | null;
  detail: object;
}

let installation: Installation;

beforeAll(async () => {
  await build();
  installation = await Installation.make();
});

afterAll(() => installation.remove());

describe('the commands, while a server is running', () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await installation.serve();
  });

  afterAll(() => server.stop());

  it('migrate reports the applied migrations', async () => {
    expect(await installation.json(['migrate'])).toEqual({ migrations: [] });
  });

  it('create-user creates a user who can sign in', async () => {
    const args = ['create-user', '--email', 'Ada@Example.com', '--role', 'ADMIN', '--display-name', 'Ada'];
    expect(await installation.json(args)).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      email: 'ada@example.com',
      displayName: 'Ada',
      role: 'ADMIN',
    });
    const { url } = await installation.json<{ url: string }>(['sign-in-link', '--email', 'ada@example.com'], {
      PUBLIC_URL: server.ready.url,
    });
    const page = await fetch(url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('ada@example.com');
  });

  it('create-api-token creates a token with the given scope, USE by default', async () => {
    await installation.json(['create-user', '--email', 'mel@example.com']);
    const args = ['create-api-token', '--email', 'mel@example.com', '--name', 'agent'];
    const made = await installation.json<{ token: string }>(args);
    expect(made).toEqual({
      token: expect.stringMatching(/^swb_[\w-]{43}$/),
      id: expect.any(String),
      scope: 'USE',
      expiresAt: expect.any(String),
    });
    expect(await graphql(server.ready.url, made.token, '{ viewer { email role } }')).toEqual({
      viewer: { email: 'mel@example.com', role: 'MEMBER' },
    });
    expect(await installation.json([...args, '--scope', 'READ'])).toMatchObject({ scope: 'READ' });
  });

  it('are recorded with the command line as the actor, like the first administrator', async () => {
    await installation.json(['create-user', '--email', 'ann@example.com']);
    await installation.json(['sign-in-link', '--email', 'ann@example.com'], { PUBLIC_URL: server.ready.url });
    const args = ['create-api-token', '--email', 'admin@localhost', '--name', 'auditor', '--scope', 'ADMIN'];
    const { token } = await installation.json<{ token: string }>(args);
    const { auditEvents } = await graphql<{ auditEvents: { edges: { node: AuditEvent }[] } }>(
      server.ready.url,
      token,
      `
        {
          auditEvents(first: 100) {
            edges {
              node {
                action
                actor {
                  kind
                  email
                }
                subject {
                  type
                  name
                }
                affectedUser {
                  email
                }
                detail
              }
            }
          }
        }
      `,
    );
    const events = auditEvents.edges.map(({ node }) => node).toReversed();
    const actor = { kind: 'COMMAND_LINE', email: '' };
    const about = (email: string) => ({ actor, affectedUser: { email } });
    const account = (name: string) => ({ ...about(name), subject: { type: 'USER', name } });
    const link = { action: 'SIGN_IN_LINK_CREATED', subject: { type: 'SIGN_IN_LINK', name: '' }, detail: {} };
    expect(events.slice(0, 2)).toEqual([
      { ...account('admin@localhost'), action: 'USER_CREATED', detail: { role: 'ADMIN' } },
      { ...about('admin@localhost'), ...link },
    ]);
    expect(events.slice(-3)).toEqual([
      { ...account('ann@example.com'), action: 'USER_CREATED', detail: { role: 'MEMBER' } },
      { ...about('ann@example.com'), ...link },
      {
        ...about('admin@localhost'),
        action: 'API_TOKEN_CREATED',
        subject: { type: 'API_TOKEN', name: 'auditor' },
        detail: { scope: 'ADMIN' },
      },
    ]);
  });

  it('keep the database running for the server', async () => {
    await installation.json(['migrate']);
    expect((await fetch(`${server.ready.url}/readyz`)).status).toBe(200);
  });

  it.each([
    ['a taken address', ['create-user', '--email', 'admin@localhost'], 'A user with the email address'],
    ['a malformed address', ['create-user', '--email', 'nobody'], '--email: Enter an email address such as'],
    ['an unknown address', ['sign-in-link', '--email', 'x@example.com'], 'No user has the email address'],
    [
      'a blank name',
      ['create-api-token', '--email', 'admin@localhost', '--name', ' '],
      '--name: Enter a name.',
    ],
  ])('report %s in one line with exit code 1', async (_what, args, line) => {
    const { code, stdout, stderr } = await installation.run([...args, '--json'], {
      PUBLIC_URL: server.ready.url,
      LOG_LEVEL: 'error',
    });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.startsWith(line)).toBe(true);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});

describe('the commands, without a server', () => {
  it('start and stop the database', async () => {
    await installation.json(['create-user', '--email', 'alone@example.com']);
    expect(await installation.postmasterPid()).toBeNull();
  });

  it('print-schema prints the schema and needs no database', async () => {
    const { code, stdout } = await installation.run(['print-schema']);
    expect(code).toBe(0);
    expect(stdout).toContain('type Query {');
    expect(await installation.postmasterPid()).toBeNull();
    expect((await installation.json<{ schema: string }>(['print-schema'])).schema).toBe(stdout.trimEnd());
  });

  const names = [
    'serve',
    'migrate',
    'create-user',
    'create-api-token',
    'sign-in-link',
    'keys',
    'rotate-keys',
    'print-schema',
  ];

  it('are all listed by --help', async () => {
    const { code, stdout } = await installation.run(['--help']);
    expect(code).toBe(0);
    for (const name of names) expect(stdout).toContain(`\n  ${name} `);
  });

  it.each(names)('%s prints its help text', async (name) => {
    const { code, stdout } = await installation.run([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`-- ${name} `);
    expect(stdout).toContain('--json');
  });

  it.each([
    ['an unknown command', ['destroy'], 'There is no command "destroy"'],
    ['a missing option', ['create-user'], '--email is missing'],
    ['an unknown option', ['migrate', '--force'], "Unknown option '--force'"],
    ['an option without its value', ['sign-in-link', '--email'], "Option '--email <value>' argument missing"],
    ['an unexpected argument', ['migrate', 'now'], "Unexpected argument 'now'"],
    ['an invalid role', ['create-user', '--email', 'a@b.c', '--role', 'boss'], '--role must be one of'],
    [
      'a link for an unknown port',
      ['sign-in-link', '--email', 'a@b.c'],
      "With PORT=0 the server's port is unknown",
    ],
  ])('report %s in one line with exit code 2', async (_what, args, line) => {
    const { code, stdout, stderr } = await installation.run(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.startsWith(line)).toBe(true);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});
