import type { MikroORM } from '@mikro-orm/postgresql';
import { openDatabase } from '../../../src/database/orm.js';
import {
  createUser,
  createSignInLinkFor,
  ensureFirstAdministrator,
  hasAdministratorSignedIn,
} from '../../../src/identity/users/user-creation.js';
import { createApiTokenFor } from '../../../src/identity/api-tokens/api-token-issue.js';
import { Authentication } from '../../../src/identity/sign-in/authentication.js';
import { createLog } from '../../../src/log.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

let database: TestDatabase;
let orm: MikroORM;

beforeEach(async () => {
  database = await createTestDatabase();
  orm = await openDatabase(database.url);
});
afterEach(async () => {
  await orm.close();
  await database.drop();
});

const em = () => orm.em.fork();

describe('the first administrator', () => {
  it('is made once, by whichever of several starting processes is first', async () => {
    const found = await Promise.all(Array.from({ length: 8 }, () => ensureFirstAdministrator(em())));
    expect(new Set(found.map((row) => row?.id)).size).toBe(1);
    expect(found[0]).toMatchObject({ email: 'admin@localhost', role: 'ADMIN', disabledAt: null });
    expect(await em().execute('select id from users')).toHaveLength(1);
  });

  it('is not made where there is an administrator, who is greeted instead', async () => {
    const admin = await createUser(em(), { email: 'ops@example.com', role: 'ADMIN' });
    expect(await ensureFirstAdministrator(em())).toMatchObject({ id: admin.id });
    expect(await em().execute('select id from users')).toHaveLength(1);
  });

  it('is not made of a member who has that address', async () => {
    await createUser(em(), { email: 'admin@localhost' });
    expect(await ensureFirstAdministrator(em())).toBeNull();
  });

  it('has signed in once they began a session, not when they merely got a link', async () => {
    const authentication = new Authentication({ em: orm.em, log: createLog('silent') });
    const admin = await ensureFirstAdministrator(em());
    const member = await createUser(em(), { email: 'member@example.com' });
    await authentication.createSession(member.id);
    const { url } = await createSignInLinkFor(em(), {
      email: 'admin@localhost',
      publicUrl: 'https://s.example',
    });
    expect(url).toMatch(/^https:\/\/s\.example\/auth\/link\/[\w-]{43}$/);
    expect(await hasAdministratorSignedIn(em())).toBe(false);
    const session = await authentication.createSession(admin?.id ?? '');
    expect(await hasAdministratorSignedIn(em())).toBe(true);
    await authentication.endSession(session.token);
    expect(await hasAdministratorSignedIn(em())).toBe(true);
  });
});

describe('an account', () => {
  it('has its address folded, and a name from it', async () => {
    expect(await createUser(em(), { email: '  Ada.Lovelace@Example.COM ' })).toMatchObject({
      email: 'ada.lovelace@example.com',
      displayName: 'ada.lovelace',
      role: 'MEMBER',
    });
  });

  it.each([
    '',
    '   ',
    'nobody',
    '@',
    'a@',
    '@b',
    'a b@c',
    'a@b@c',
    'a@b\u0000',
    'a@\u200Bb',
    `${'a'.repeat(250)}@b.de`,
  ])('is refused the address %j', async (email) => {
    await expect(createUser(em(), { email })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      extensions: { fields: [{ path: 'email', message: expect.any(String) }] },
    });
  });

  it('names every mistake at once', async () => {
    await expect(createUser(em(), { email: 'x', displayName: 'two\nlines' })).rejects.toMatchObject({
      extensions: { fields: [{ path: 'email' }, { path: 'displayName' }] },
    });
  });

  it('is made once, of twenty that race for one address in different case', async () => {
    const attempts = Array.from({ length: 20 }, (_, i) =>
      createUser(em(), { email: i % 2 ? 'ada@example.com' : 'ADA@example.com' }).then(
        () => 'created',
        (error: { code: string }) => error.code,
      ),
    );
    const outcomes = await Promise.all(attempts);
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'CONFLICT')).toHaveLength(19);
  });

  it('that is unknown or disabled gets neither a token nor a link', async () => {
    const { email, id } = await createUser(em(), { email: 'ada@example.com' });
    await expect(createApiTokenFor(em(), { email: 'x@y', name: 'n' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await em().execute('update users set disabled_at = now() where id = ?', [id], 'run');
    await expect(createApiTokenFor(em(), { email, name: 'n' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(createSignInLinkFor(em(), { email, publicUrl: 'http://h' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('gets an API token until a moment ahead, at most 366 days', async () => {
    const { email } = await createUser(em(), { email: 'ada@example.com' });
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
    const create = (expiresAt: Date) => createApiTokenFor(em(), { email, name: ' ci ', expiresAt });
    const ahead = inDays(365);
    expect(await create(ahead)).toMatchObject({ apiToken: { name: 'ci', scope: 'USE', expiresAt: ahead } });
    for (const wrong of [inDays(-1), new Date(), inDays(367), new Date(Number.NaN)]) {
      await expect(create(wrong)).rejects.toMatchObject({ extensions: { fields: [{ path: 'expiresAt' }] } });
    }
  });
});
