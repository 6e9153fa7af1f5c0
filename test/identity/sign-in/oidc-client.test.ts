import { startApp, type TestApp } from '../../support/app.js';
import { Browser } from '../../support/browser/browser.js';
import {
  startIdentityProvider,
  type IdentityProvider,
  type IdentityProviderOptions,
} from '../../support/oauth/identity-provider.js';

let app: TestApp;
const providers: IdentityProvider[] = [];
afterEach(async () => {
  await app.close();
  await Promise.all(providers.splice(0).map((provider) => provider.close()));
});

async function start(options: IdentityProviderOptions): Promise<IdentityProvider> {
  const provider = await startIdentityProvider(options);
  providers.push(provider);
  app = await startApp({ oidc: provider.settings({ allowedDomains: ['example.com'] }) });
  await provider.register(app);
  provider.setClaims('ada', { email: 'ada@example.com', email_verified: true });
  return provider;
}

/** Signs in. Returns the status of the callback. */
async function signIn(provider: IdentityProvider): Promise<number> {
  const browser = new Browser(app);
  const { location } = await browser.get('/auth/oidc/start');
  return (await browser.get(await provider.approve(location ?? '', 'ada'))).status;
}

const basic = 'client_secret_basic';
const post = 'client_secret_post';
const methodsOf = ({ requests }: IdentityProvider) =>
  requests
    .filter(({ path }) => path === '/token')
    .map(({ headers }) => (headers.authorization === undefined ? post : basic));

describe.each([
  ['lists only Basic', { accepts: basic, lists: [basic] }, [basic, basic]],
  ['lists only POST', { accepts: post, lists: [post] }, [post, post]],
  ['lists POST first', { accepts: post, lists: [post, basic] }, [post, post]],
  ['lists Basic first', { accepts: basic, lists: [basic, post] }, [basic, basic]],
  ['lists Basic first and accepts only POST', { accepts: post, lists: [basic, post] }, [basic, post, post]],
  ['lists POST first and accepts only Basic', { accepts: basic, lists: [post, basic] }, [post, basic, basic]],
  ['lists nothing and accepts only POST', { accepts: post, lists: null }, [basic, post, post]],
] as const)('a provider that %s', (_what, { accepts, lists }, methods) => {
  test('signs users in, with the method that has worked from then on', async () => {
    const provider = await start({ accepts, lists: lists && [...lists], clientSecret: 'plain-secret' });
    expect([await signIn(provider), await signIn(provider)]).toEqual([303, 303]);
    expect(methodsOf(provider)).toEqual(methods);
  });
});

test('sends a secret that Basic would change in the body', async () => {
  const provider = await start({ accepts: post, lists: [basic, post], clientSecret: 'a+b/c= d' });
  expect(await signIn(provider)).toBe(303);
  expect(methodsOf(provider)).toEqual([post]);
});

test('tries one other method only, and logs the error code and the status without other text', async () => {
  const provider = await start({ lists: [basic, post] });
  const settings = { ...provider.settings({ allowedDomains: ['example.com'] }), clientSecret: 'wrong' };
  await app.close();
  app = await startApp({ oidc: settings });
  await provider.register(app);
  expect(await signIn(provider)).toBe(502);
  expect(methodsOf(provider)).toEqual([basic, post]);
  const failed = app.logs.filter(({ msg }) => msg === 'OIDC sign-in failed');
  expect(failed).toMatchObject([{ oauth2Error: 'invalid_client', httpStatus: 401 }]);
  expect(JSON.stringify(app.logs)).not.toMatch(/REMOTE-TEXT|wrong|client authentication failed/);
});

test('does not try another method once the provider has accepted one', async () => {
  const provider = await start({ lists: [basic, post], clientSecret: 'plain-secret' });
  expect(await signIn(provider)).toBe(303);
  await provider.rotateSecret('another-secret');
  expect(await signIn(provider)).toBe(502);
  expect(methodsOf(provider)).toEqual([basic, basic]);
});
