import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { startApp, type TestApp } from '../../support/app.js';
import { Browser } from '../../support/browser/browser.js';
import { startHandcraftedServer, type HandcraftedServer } from '../../support/handcrafted-server.js';

/** An identity provider on plain http, whose ID tokens are signed by a key that each test chooses. */
let provider: HandcraftedServer;
let app: TestApp;
let own: CryptoKey;
let other: CryptoKey;

const keyId = { kid: 'own' };

beforeAll(async () => {
  provider = await startHandcraftedServer();
  const { origin } = provider;
  const keys = await generateKeyPair('RS256');
  own = keys.privateKey;
  other = (await generateKeyPair('RS256')).privateKey;
  provider.answer('/.well-known/openid-configuration', {
    json: {
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      jwks_uri: `${origin}/jwks`,
    },
  });
  provider.answer('/jwks', {
    json: { keys: [{ ...(await exportJWK(keys.publicKey)), ...keyId, alg: 'RS256', use: 'sig' }] },
  });
  app = await startApp({
    oidc: {
      issuer: origin,
      clientId: 'switchboard',
      clientSecret: 'secret',
      allowedDomains: ['example.com'],
      allowedClaim: null,
      adminClaim: null,
    },
  });
});
afterAll(async () => {
  await app.close();
  await provider.close();
});

const unsigned = (claims: Record<string, unknown>) => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return Promise.resolve(`${encode({ alg: 'none' })}.${encode(claims)}.`);
};
const signedBy = (key: () => CryptoKey) => (claims: Record<string, unknown>) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', ...keyId }).sign(key());

const cases: [string, (claims: Record<string, unknown>) => Promise<string>, number][] = [
  ['by its own key', signedBy(() => own), 303],
  ['by another key', signedBy(() => other), 502],
  ['by no key', unsigned, 502],
];

test.each(cases)(
  'answers an ID token of a plain-http provider that is signed %s',
  async (_key, sign, status) => {
    const browser = new Browser(app);
    const { location } = await browser.get('/auth/oidc/start');
    const { searchParams } = new URL(location ?? '');
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: provider.origin,
      aud: 'switchboard',
      sub: 'ada',
      email: 'ada@example.com',
      email_verified: true,
      nonce: searchParams.get('nonce'),
      iat: now,
      exp: now + 60,
    };
    provider.answer('/token', {
      json: { access_token: 'access', token_type: 'Bearer', id_token: await sign(claims) },
    });
    const callback = `/auth/oidc/callback?code=code&state=${searchParams.get('state')}`;
    expect((await browser.get(callback)).status).toBe(status);
  },
);
