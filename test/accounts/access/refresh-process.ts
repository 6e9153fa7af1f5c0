// A process that shares the application's database and keys, and gets access tokens when its parent tells it to. With
// `--without-lease` every caller gets the lease, which is the negative control of the tests. With `--clock-ahead=<ms>`
// its clock is wrong by that time.
import { registerHooks } from 'node:module';
import type { ProcessAnswer, ProcessSettings, ProcessTask } from './processes.js';

const lease = '/src/accounts/access/refresh-lease.';
if (process.argv.includes('--without-lease')) {
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const isReal = context.parentURL?.includes('/leaseless-refresh.') || !resolved.url.includes(lease);
      return isReal ? resolved : next(new URL('leaseless-refresh.ts', import.meta.url).href, context);
    },
  });
}

const clockAhead = process.argv.find((argument) => argument.startsWith('--clock-ahead='))?.split('=')[1];
if (clockAhead !== undefined) {
  const RightDate = Date;
  const now = () => RightDate.now() + Number(clockAhead);
  globalThis.Date = class extends RightDate {
    constructor(...given: unknown[]) {
      super(...((given.length === 0 ? [now()] : given) as [number]));
    }
    static override now = now;
  } as DateConstructor;
}

const { openTokenAccess } = await import('../token-access.js');
const { KeyRing, Vault } = await import('../../../src/secrets/vault.js');

const tell = (answer: ProcessAnswer) => process.send?.(answer);

process.once('message', async ({ databaseUrl, publicUrl, keys }: ProcessSettings) => {
  const app = { databaseUrl, publicUrl, vault: new Vault(KeyRing.parse(keys)) };
  const access = await openTokenAccess(app, { poolSize: 4 });
  process.on('message', async ({ id, user, serverId, callers }: ProcessTask) => {
    const asked = Array.from({ length: callers }, () => access.accessToken(user, serverId));
    const settled = await Promise.allSettled(asked);
    tell({
      id,
      tokens: settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value.accessToken] : [])),
      errors: settled.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : [])),
    });
  });
  tell({ id: 0, tokens: [], errors: [] });
});
