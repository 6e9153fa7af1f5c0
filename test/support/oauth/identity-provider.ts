import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider, type AdapterPayload } from 'oidc-provider';
import type { OidcSettings } from '../../../src/identity/sign-in/oidc.js';
import { CookieJar } from '../browser/cookie-jar.js';
import { close, listen, record, type RecordedRequest } from '../http-listener.js';
import { answerInteraction } from './login-and-consent.js';
import { providerStorage } from './provider-storage.js';

export interface IdentityProvider {
  readonly issuer: string;
  readonly requests: readonly RecordedRequest[];
  /** What the provider says of whoever signs in as this login; its `sub` is the login. */
  setClaims(login: string, claims: Record<string, unknown>): void;
  /** Makes the application known, once its address is. */
  register(app: { publicUrl: string }): Promise<void>;
  /** The application's settings for this provider; nobody is allowed in yet. */
  settings(limits: Partial<OidcSettings>): OidcSettings;
  /** Walks through login and consent as a person would and returns the callback URL, not requested yet. */
  approve(authorizationUrl: string, login: string): Promise<string>;
  /** The same, but says no at the consent page. */
  deny(authorizationUrl: string, login: string): Promise<string>;
  /** From now on every request is answered with 503, until this is called with false. */
  setDown(isDown: boolean): void;
  close(): Promise<void>;
}

const client = { id: 'switchboard', secret: 'a secret of the identity provider' };

/**
 * A team's identity provider (oidc-provider) on a free port of 127.0.0.1, with PKCE required. By default it tells an
 * e-mail address at the userinfo endpoint only, as the specification has it; some providers put it into the ID token.
 */
export async function startIdentityProvider({ claimsInIdToken = false } = {}): Promise<IdentityProvider> {
  const http = createServer();
  const issuer = await listen(http);
  const requests: RecordedRequest[] = [];
  const people = new Map<string, Record<string, unknown>>();
  const storage = providerStorage();
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  let isDown = false;

  const provider = new Provider(issuer, {
    adapter: storage,
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['only for tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    conformIdTokenClaims: !claimsInIdToken,
    pkce: { required: () => true },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ ...people.get(sub), sub }) }),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    features: { devInteractions: { enabled: false } },
    ttl: { Grant: 600, Interaction: 600, Session: 600, AccessToken: 600, IdToken: 600 },
  });
  provider.use(answerInteraction(provider));
  const handle = provider.callback();
  http.on('request', (req, res) => {
    if (isDown) return void res.writeHead(503).end();
    requests.push(record(req));
    void handle(req, res);
  });

  const walk = (decision: 'approve' | 'deny') => (authorizationUrl: string, login: string) =>
    new CookieJar().walk(authorizationUrl, { within: issuer, login, decision });
  return {
    issuer,
    requests,
    setClaims: (login, claims) => void people.set(login, claims),
    async register({ publicUrl }) {
      const metadata = {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [`${publicUrl}/auth/oidc/callback`],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      };
      await storage('Client').upsert(client.id, metadata as AdapterPayload, 0);
    },
    settings: (limits) => ({
      issuer,
      clientId: client.id,
      clientSecret: client.secret,
      allowedDomains: [],
      allowedClaim: null,
      adminClaim: null,
      ...limits,
    }),
    approve: walk('approve'),
    deny: walk('deny'),
    setDown(down) {
      isDown = down;
    },
    close: () => close(http),
  };
}
