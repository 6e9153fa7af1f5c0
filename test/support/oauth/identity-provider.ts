import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider, type AdapterPayload } from 'oidc-provider';
import type { OidcSettings } from '../../../src/identity/sign-in/oidc.js';
import { FormBrowser } from '../browser/form-browser.js';
import { close, listen, record, type RecordedRequest } from '../http-listener.js';
import { answerInteraction } from './login-and-consent.js';
import { createMemoryAdapter } from './memory-adapter.js';

export interface IdentityProvider {
  readonly issuer: string;
  readonly requests: readonly RecordedRequest[];
  /** Sets the claims of a login. Its `sub` is the login. */
  setClaims(login: string, claims: Record<string, unknown>): void;
  /** Registers the application with another secret than the one in `settings`. Call it after `register`. */
  rotateSecret(secret: string): Promise<void>;
  /** Registers the application. */
  register(app: { publicUrl: string }): Promise<void>;
  /** Returns the application's settings for this provider. By default, they allow no user. */
  settings(limits: Partial<OidcSettings>): OidcSettings;
  /** Signs in and consents as a user does. Returns the callback URL without requesting it. */
  approve(authorizationUrl: string, login: string): Promise<string>;
  /** Signs in and denies the consent. Returns the callback URL without requesting it. */
  deny(authorizationUrl: string, login: string): Promise<string>;
  /** Answers every request with 503 while `isDown` is true. */
  setDown(isDown: boolean): void;
  close(): Promise<void>;
}

export interface IdentityProviderOptions {
  /** Puts the email address into the ID token, as some providers do. By default, only the userinfo endpoint has it. */
  claimsInIdToken?: boolean;
  clientSecret?: string;
  /** The only authentication method that the token endpoint accepts. Defaults to both. */
  accepts?: 'client_secret_basic' | 'client_secret_post';
  /** The authentication methods that the metadata lists. null lists none. Defaults to those of oidc-provider. */
  lists?: string[] | null;
}

/** Starts a team's identity provider (oidc-provider) on a free port of 127.0.0.1, with required PKCE. */
export async function startIdentityProvider({
  claimsInIdToken = false,
  clientSecret = 'a secret of the identity provider',
  accepts,
  lists,
}: IdentityProviderOptions = {}): Promise<IdentityProvider> {
  const client = { id: 'switchboard', secret: clientSecret };
  const http = createServer();
  const issuer = await listen(http);
  const requests: RecordedRequest[] = [];
  const claimsOf = new Map<string, Record<string, unknown>>();
  const adapter = createMemoryAdapter();
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  let isDown = false;

  const provider = new Provider(issuer, {
    adapter,
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['only for tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    conformIdTokenClaims: !claimsInIdToken,
    pkce: { required: () => true },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ ...claimsOf.get(sub), sub }) }),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    features: { devInteractions: { enabled: false } },
    ttl: { Grant: 600, Interaction: 600, Session: 600, AccessToken: 600, IdToken: 600 },
  });
  provider.use(answerInteraction(provider));
  provider.use(async (ctx, next) => {
    await next();
    if (lists === undefined || !ctx.path.startsWith('/.well-known/')) return;
    const { token_endpoint_auth_methods_supported: _listed, ...metadata } = ctx.body as object & {
      token_endpoint_auth_methods_supported: unknown;
    };
    ctx.body = lists === null ? metadata : { ...metadata, token_endpoint_auth_methods_supported: lists };
  });
  const handle = provider.callback();
  http.on('request', (req, res) => {
    if (isDown) return void res.writeHead(503).end();
    requests.push(record(req));
    const method = req.headers.authorization === undefined ? 'client_secret_post' : 'client_secret_basic';
    if (req.url === '/token' && accepts !== undefined && method !== accepts) {
      req.resume();
      res.writeHead(401, { 'content-type': 'application/json' });
      return void res.end(JSON.stringify({ error: 'invalid_client', error_description: 'REMOTE-TEXT' }));
    }
    void handle(req, res);
  });

  let redirectUri = '';
  const store = async (secret: string) => {
    const metadata = {
      client_id: client.id,
      client_secret: secret,
      redirect_uris: [redirectUri],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    };
    await adapter('Client').upsert(client.id, metadata as AdapterPayload, 0);
  };
  const submitForms = (decision: 'approve' | 'deny') => (authorizationUrl: string, login: string) =>
    new FormBrowser().submitForms(authorizationUrl, { within: issuer, login, decision });
  return {
    issuer,
    requests,
    setClaims: (login, claims) => void claimsOf.set(login, claims),
    register: ({ publicUrl }) => {
      redirectUri = `${publicUrl}/auth/oidc/callback`;
      return store(client.secret);
    },
    rotateSecret: (secret) => store(secret),
    settings: (limits) => ({
      issuer,
      clientId: client.id,
      clientSecret: client.secret,
      allowedDomains: [],
      allowedClaim: null,
      adminClaim: null,
      ...limits,
    }),
    approve: submitForms('approve'),
    deny: submitForms('deny'),
    setDown(down) {
      isDown = down;
    },
    close: () => close(http),
  };
}
