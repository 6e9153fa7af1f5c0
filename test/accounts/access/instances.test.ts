import { randomBytes } from 'node:crypto';
import { build } from '../../support/command-line.js';
import type { SignedInUser } from '../../support/seed.js';
import { Fleet, type Instance } from './instances.js';

const [k1, k2] = ['k1', 'k2'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);

let fleet: Fleet;
beforeAll(async () => {
  await build();
  fleet = await Fleet.make(k1!, { users: 3 });
}, 120_000);
afterAll(() => fleet.close(), 60_000);

interface Listed {
  keys: { id: string; values: number }[];
}
const valuesOf = async (id: string, keys: string) => {
  const listed = await fleet.installation.json<Listed>(['keys'], { SWITCHBOARD_ENCRYPTION_KEYS: keys });
  return listed.keys.find((key) => key.id === id)?.values;
};

test('an account whose authorization begins at one instance, completes at a second and refreshes at a third is one account', async () => {
  const [a, b, c] = await Promise.all([fleet.start(k1!), fleet.start(k1!), fleet.start(k1!)]);
  const [user] = fleet.users;
  await fleet.connect(user!, { start: a, callback: b });
  expect(await fleet.whoami(user!, c)).toBe(user!.email);
  await fleet.expire(user!);
  const before = fleet.refreshes().length;
  expect(await fleet.whoami(user!, c)).toBe(user!.email);
  expect(fleet.refreshes()).toHaveLength(before + 1);
  for (const instance of [a, b]) expect(await fleet.whoami(user!, instance)).toBe(user!.email);
  expect(fleet.refreshes()).toHaveLength(before + 1);
  await Promise.all([a, b, c].map((instance) => instance.stop()));
}, 180_000);

test('a key is rotated in three steps while two instances serve, one of them replaced at a time', async () => {
  const [, one, two] = fleet.users;
  let instances: Instance[] = await Promise.all([fleet.start(k1!), fleet.start(k1!)]);

  /** All users can use and replace, through any instance, what any instance stored. */
  const everythingWorks = async () => {
    const goThrough = async (user: SignedInUser, start: Instance, callback: Instance) => {
      await fleet.connect(user, { start, callback });
      await fleet.expire(user);
      expect(await fleet.whoami(user, start)).toBe(user.email);
      expect(await fleet.whoami(user, callback)).toBe(user.email);
    };
    const [a, b] = instances;
    await Promise.all([goThrough(one!, a!, b!), goThrough(two!, b!, a!)]);
  };
  const replaceEach = async (keys: string) => {
    for (const index of instances.keys()) {
      instances = instances.with(index, await fleet.replace(instances[index]!, keys));
      await everythingWorks();
    }
  };

  await everythingWorks();
  await replaceEach(`${k1},${k2}`);
  await replaceEach(`${k2},${k1}`);
  expect(await valuesOf('k1', `${k2},${k1}`)).toBeGreaterThan(0);
  await expect(fleet.start(k2!)).rejects.toThrow(/"k1" is missing: \d+ values? in this database/);

  await fleet.installation.json(['rotate-keys'], { SWITCHBOARD_ENCRYPTION_KEYS: `${k2},${k1}` });
  await everythingWorks();
  expect(await valuesOf('k1', `${k2},${k1}`)).toBe(0);

  await replaceEach(k2!);
  await Promise.all(instances.map((instance) => instance.stop()));
}, 480_000);
