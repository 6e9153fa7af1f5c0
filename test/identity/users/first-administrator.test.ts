import type { MikroORM } from '@mikro-orm/postgresql';
import { HotReads } from '../../../src/database/hot-reads.js';
import { openDatabase } from '../../../src/entities.js';
import { createUser } from '../../../src/identity/users/create-user.js';
import {
  ensureFirstAdministrator,
  hasAdministratorSignedIn,
} from '../../../src/identity/users/first-administrator.js';
import { createSignInLinkFor } from '../../../src/identity/users/sign-in-link.js';
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
  it('is created once by several processes that start at once', async () => {
    const found = await Promise.all(Array.from({ length: 8 }, () => ensureFirstAdministrator(em())));
    expect(new Set(found.map((row) => row?.id)).size).toBe(1);
    expect(found[0]).toMatchObject({ email: 'admin@localhost', role: 'ADMIN', disabledAt: null });
    expect(await em().execute('select id from users')).toHaveLength(1);
  });

  it('is not created if there is an administrator, who is returned instead', async () => {
    const admin = await createUser(em(), { email: 'ops@example.com', role: 'ADMIN' });
    expect(await ensureFirstAdministrator(em())).toMatchObject({ id: admin.id });
    expect(await em().execute('select id from users')).toHaveLength(1);
  });

  it('is not created if a member has that email address', async () => {
    await createUser(em(), { email: 'admin@localhost' });
    expect(await ensureFirstAdministrator(em())).toBeNull();
  });

  it('has signed in once they began a session, not when they got a link', async () => {
    const authentication = new Authentication({
      em: orm.em,
      reads: new HotReads({ log: createLog('silent') }),
      log: createLog('silent'),
    });
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
