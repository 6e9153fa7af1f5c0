import type { MikroORM } from '@mikro-orm/postgresql';
import { openDatabase } from '../../../src/entities.js';
import { createUser } from '../../../src/identity/users/create-user.js';
import { createSignInLinkFor } from '../../../src/identity/users/sign-in-link.js';
import { createApiTokenFor } from '../../../src/identity/api-tokens/create-api-token.js';
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

describe('a new user', () => {
  it('has a folded email address and a display name from it', async () => {
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
  ])('is refused with the email address %j', async (email) => {
    await expect(createUser(em(), { email })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { fields: [{ path: 'email', message: expect.any(String) }] },
    });
  });

  it('is refused with a list of all mistakes', async () => {
    await expect(createUser(em(), { email: 'x', displayName: 'two\nlines' })).rejects.toMatchObject({
      details: { fields: [{ path: 'email' }, { path: 'displayName' }] },
    });
  });

  it('is created once by twenty requests that race for one email address in different case', async () => {
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

  it('gets neither a token nor a link if unknown or disabled', async () => {
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

  it('gets an API token that expires in the future, within 366 days', async () => {
    const { email } = await createUser(em(), { email: 'ada@example.com' });
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
    const create = (expiresAt: Date) => createApiTokenFor(em(), { email, name: ' ci ', expiresAt });
    const ahead = inDays(365);
    expect(await create(ahead)).toMatchObject({ apiToken: { name: 'ci', scope: 'USE', expiresAt: ahead } });
    for (const wrong of [inDays(-1), new Date(), inDays(367), new Date(Number.NaN)]) {
      await expect(create(wrong)).rejects.toMatchObject({ details: { fields: [{ path: 'expiresAt' }] } });
    }
  });
});
