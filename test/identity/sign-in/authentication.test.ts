import { randomUUID } from 'node:crypto';
import type { MikroORM } from '@mikro-orm/postgresql';
import { HotReads } from '../../../src/database/hot-reads.js';
import { openDatabase } from '../../../src/entities.js';
import { createUser } from '../../../src/identity/users/create-user.js';
import { createSignInLinkFor } from '../../../src/identity/users/sign-in-link.js';
import type { UserRow } from '../../../src/identity/users/user-rows.js';
import { createApiTokenFor } from '../../../src/identity/api-tokens/create-api-token.js';
import { Authentication } from '../../../src/identity/sign-in/authentication.js';
import { createLog } from '../../../src/log.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

let database: TestDatabase;
let orm: MikroORM;
let authentication: Authentication;

beforeAll(async () => {
  database = await createTestDatabase();
  orm = await openDatabase(database.url);
});
beforeEach(() => {
  authentication = new Authentication({
    em: orm.em,
    reads: new HotReads({ log: createLog('silent') }),
    log: createLog('silent'),
  });
});
afterAll(async () => {
  await orm.close();
  await database.drop();
});

const sql = <Row extends object>(statement: string, params: unknown[] = []) =>
  orm.em.getConnection().execute<Row[]>(statement, params);

function newUser(role: 'ADMIN' | 'MEMBER' = 'MEMBER'): Promise<UserRow> {
  return createUser(orm.em.fork(), { email: `${randomUUID()}@example.com`, role });
}

async function newSession(user?: UserRow): Promise<{ user: UserRow; token: string }> {
  const owner = user ?? (await newUser());
  return { user: owner, token: (await authentication.createSession(owner.id)).token };
}

async function newApiToken(user: UserRow, scope?: 'READ' | 'USE' | 'ADMIN'): Promise<string> {
  const { token } = await createApiTokenFor(orm.em.fork(), { email: user.email, name: 'test', scope });
  return token;
}

async function newLink(user: UserRow): Promise<string> {
  const { url } = await createSignInLinkFor(orm.em.fork(), { email: user.email, publicUrl: 'http://here' });
  return url.slice('http://here/auth/link/'.length);
}

/** Moves all times of this user's tokens into the past. */
async function age(user: UserRow, interval: string): Promise<void> {
  await sql(
    `update access_tokens set created_at = created_at - ?::interval, last_used_at = last_used_at - ?::interval,
       expires_at = expires_at - ?::interval where user_id = ?`,
    [interval, interval, interval, user.id],
  );
}

const isKnown = async (sessionToken: string) => (await authentication.findViewer({ sessionToken })) !== null;

describe('a session', () => {
  it('identifies the viewer with full rights', async () => {
    const user = await newUser('ADMIN');
    const { token } = await newSession(user);
    expect(await authentication.findViewer({ sessionToken: token })).toEqual({
      userId: user.id,
      email: user.email,
      displayName: user.displayName,
      role: 'ADMIN',
      createdAt: user.createdAt.toISOString(),
      tokenId: expect.any(String),
      tokenName: '',
      kind: 'SESSION',
      scope: null,
      isAdmin: true,
    });
  });

  it('is stored as a hash only', async () => {
    const { user, token } = await newSession();
    const rows = await sql('select * from access_tokens where user_id = ?', [user.id]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('ends after 12 hours without use', async () => {
    const { user, token } = await newSession();
    await age(user, '11 hours 59 minutes');
    expect(await isKnown(token)).toBe(true);
    await authentication.flushLastUsed();
    await age(user, '12 hours 1 second');
    expect(await isKnown(token)).toBe(false);
  });

  it('is not idle while its last use is not written yet', async () => {
    const { user, token } = await newSession();
    expect(await isKnown(token)).toBe(true);
    await age(user, '12 hours 1 second');
    expect(await isKnown(token)).toBe(true);
  });

  it('ends after 14 days even if it is used', async () => {
    const { user, token } = await newSession();
    await sql('update access_tokens set last_used_at = now() where user_id = ?', [user.id]);
    expect(await isKnown(token)).toBe(true);
    await age(user, '14 days');
    await sql('update access_tokens set last_used_at = now() where user_id = ?', [user.id]);
    expect(await isKnown(token)).toBe(false);
  });

  it('can be ended without ending another one', async () => {
    const { user, token } = await newSession();
    const other = await newSession(user);
    await authentication.endSession(token);
    expect(await isKnown(token)).toBe(false);
    expect(await isKnown(other.token)).toBe(true);
  });

  it('ends when another session replaces it', async () => {
    const { token } = await newSession();
    const successor = await authentication.createSession((await newUser()).id, { replaces: token });
    expect(await isKnown(token)).toBe(false);
    expect(await isKnown(successor.token)).toBe(true);
  });

  it('reflects a role change and a disabling with the next request', async () => {
    const { user, token } = await newSession(await newUser('ADMIN'));
    expect(await authentication.findViewer({ sessionToken: token })).toMatchObject({ isAdmin: true });
    await sql(`update users set role = 'MEMBER' where id = ?`, [user.id]);
    expect(await authentication.findViewer({ sessionToken: token })).toMatchObject({ isAdmin: false });
    await sql(`update users set disabled_at = now() where id = ?`, [user.id]);
    expect(await authentication.findViewer({ sessionToken: token })).toBeNull();
  });

  it('is not created for a user who is disabled at the same moment', async () => {
    const user = await newUser();
    const disabling = orm.em.fork();
    await disabling.begin();
    await disabling.execute('select id from users where id = ? for update', [user.id]);
    const session = authentication.createSession(user.id).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await disabling.execute('update users set disabled_at = now() where id = ?', [user.id], 'run');
    await disabling.commit();
    expect(await session).toMatchObject({ code: 'FORBIDDEN' });
    expect(await sql('select id from access_tokens where user_id = ?', [user.id])).toEqual([]);
  });
});

describe('an API token', () => {
  it.each([
    ['READ', false],
    ['USE', false],
    ['ADMIN', true],
  ] as const)(
    'of an administrator with the scope %s has administrator rights: %s',
    async (scope, isAdmin) => {
      const token = await newApiToken(await newUser('ADMIN'), scope);
      expect(token).toMatch(/^swb_[\w-]{43}$/);
      expect(await authentication.findViewer({ bearerToken: token })).toMatchObject({
        kind: 'API_TOKEN',
        scope,
        isAdmin,
      });
    },
  );

  it('with the scope ADMIN gives a member no administrator rights', async () => {
    const token = await newApiToken(await newUser('MEMBER'), 'ADMIN');
    expect(await authentication.findViewer({ bearerToken: token })).toMatchObject({ isAdmin: false });
  });

  it('expires after 90 days by default, even if it is used', async () => {
    const user = await newUser();
    const token = await newApiToken(user);
    await age(user, '89 days 23 hours');
    expect(await authentication.findViewer({ bearerToken: token })).not.toBeNull();
    await age(user, '1 hour');
    expect(await authentication.findViewer({ bearerToken: token })).toBeNull();
  });

  it('that is invalid is refused even with a valid session', async () => {
    const { token } = await newSession();
    for (const bearerToken of ['', 'swb_', 'swb_wrong', 'something else']) {
      expect(await authentication.findViewer({ bearerToken, sessionToken: token })).toBeNull();
    }
  });

  it('of one kind is not accepted as another kind', async () => {
    const user = await newUser();
    const session = (await newSession(user)).token;
    const apiToken = await newApiToken(user);
    const link = await newLink(user);
    expect(await authentication.findViewer({ sessionToken: apiToken })).toBeNull();
    expect(await authentication.findViewer({ sessionToken: link })).toBeNull();
    expect(await authentication.findViewer({ bearerToken: session })).toBeNull();
    expect(await authentication.findViewer({ bearerToken: link })).toBeNull();
    expect(await authentication.redeemSignInLink(session)).toBeNull();
    expect(await authentication.redeemSignInLink(apiToken)).toBeNull();
  });
});

describe('a sign-in link', () => {
  it('redeemed twenty times at once creates exactly one session', async () => {
    const user = await newUser();
    const link = await newLink(user);
    const results = await Promise.all(
      Array.from({ length: 20 }, () => authentication.redeemSignInLink(link)),
    );
    const sessions = results.filter((result) => result !== null);
    expect(sessions).toHaveLength(1);
    expect(sessions[0]?.user).toMatchObject({ id: user.id, email: user.email });
    expect(await isKnown(sessions[0]?.token ?? '')).toBe(true);
    expect(
      await sql(`select id from access_tokens where user_id = ? and kind = 'SESSION'`, [user.id]),
    ).toHaveLength(1);
  });

  it('is not used up by opening its page', async () => {
    const user = await newUser();
    const link = await newLink(user);
    for (let look = 0; look < 3; look += 1) {
      expect(await authentication.findSignInLink(link)).toMatchObject({ user: { id: user.id } });
    }
    expect(await authentication.redeemSignInLink(link)).not.toBeNull();
    expect(await authentication.findSignInLink(link)).toBeNull();
  });

  it('works for 15 minutes', async () => {
    const user = await newUser();
    const link = await newLink(user);
    await age(user, '14 minutes 50 seconds');
    expect(await authentication.findSignInLink(link)).not.toBeNull();
    await age(user, '10 seconds');
    expect(await authentication.findSignInLink(link)).toBeNull();
    expect(await authentication.redeemSignInLink(link)).toBeNull();
  });

  it('ends the session that it replaces, but only if it is valid', async () => {
    const before = await newSession();
    const link = await newLink(await newUser());
    await authentication.redeemSignInLink('unknown', { replaces: before.token });
    expect(await isKnown(before.token)).toBe(true);
    await authentication.redeemSignInLink(link, { replaces: before.token });
    expect(await isKnown(before.token)).toBe(false);
  });

  it('of a disabled user is refused and not used up', async () => {
    const user = await newUser();
    const link = await newLink(user);
    await sql('update users set disabled_at = now() where id = ?', [user.id]);
    expect(await authentication.findSignInLink(link)).toBeNull();
    expect(await authentication.redeemSignInLink(link)).toBeNull();
    await sql('update users set disabled_at = null where id = ?', [user.id]);
    expect(await authentication.redeemSignInLink(link)).not.toBeNull();
  });
});

describe('the time of last use', () => {
  const lastUsed = async (user: UserRow) =>
    (
      await sql<{ at: string | null }>('select last_used_at as at from access_tokens where user_id = ?', [
        user.id,
      ])
    )[0]?.at;

  it('is written by the flush, not by the request', async () => {
    const { user, token } = await newSession();
    await isKnown(token);
    expect(await lastUsed(user)).toBeNull();
    await authentication.flushLastUsed();
    expect(await lastUsed(user)).not.toBeNull();
  });

  it('is written for every used token when the process stops', async () => {
    const many = await Promise.all(Array.from({ length: 5 }, () => newSession()));
    authentication.start();
    for (const { token } of many) await isKnown(token);
    await authentication.stop();
    for (const { user } of many) expect(await lastUsed(user)).not.toBeNull();
  });

  it('is by the database’s clock even if the clock of the process is wrong', async () => {
    const { user, token } = await newSession();
    const RealDate = Date;
    for (const hours of [-1, 1]) {
      globalThis.Date = class extends RealDate {
        static override now = () => RealDate.now() + hours * 3_600_000;
        constructor(...args: [] | [number]) {
          super(args[0] ?? RealDate.now() + hours * 3_600_000);
        }
      } as DateConstructor;
      try {
        await isKnown(token);
        await authentication.flushLastUsed();
      } finally {
        globalThis.Date = RealDate;
      }
      const [row] = await sql<{ isNow: boolean }>(
        `select abs(extract(epoch from last_used_at - now())) < 60 as "isNow" from access_tokens where user_id = ?`,
        [user.id],
      );
      expect(row).toEqual({ isNow: true });
    }
  });

  it('never moves backwards if another process has written a later use', async () => {
    const { user, token } = await newSession();
    await isKnown(token);
    await sql(`update access_tokens set last_used_at = now() + interval '1 hour' where user_id = ?`, [
      user.id,
    ]);
    const before = await lastUsed(user);
    await authentication.flushLastUsed();
    expect(await lastUsed(user)).toEqual(before);
  });

  it('is kept while the database is unreachable, and written later', async () => {
    const { user, token } = await newSession();
    await isKnown(token);
    await sql('alter table access_tokens rename to out_of_reach');
    try {
      await authentication.flushLastUsed();
    } finally {
      await sql('alter table out_of_reach rename to access_tokens');
    }
    expect(await lastUsed(user)).toBeNull();
    await authentication.flushLastUsed();
    expect(await lastUsed(user)).not.toBeNull();
  });
});
