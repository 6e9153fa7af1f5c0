// oidc-provider, in configurations that differ as real providers do.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { Adapter, AdapterPayload, Configuration } from 'oidc-provider';
import { ready } from './support/program.ts';
import { startOidc, withResources, type OidcServer } from './support/oidc.ts';
import { startResourceServer, type Verify } from './support/resource-server.ts';
import { scope } from './support/whoami.ts';

interface Setup {
  path?: string;
  configuration: Configuration;
  /** Administrators register clients by hand. */
  isManual?: boolean;
  extend?(server: OidcServer): void;
  /** The tool also names how the client authenticates. */
  namesClientAuthMethod?: boolean;
}

const monthInSeconds = 30 * 86_400;
const allGrants: Configuration['issueRefreshToken'] = (_ctx, client) =>
  client.grantTypeAllowed('refresh_token');

const setups: Record<string, Setup> = {
  // Opaque tokens, rotated refresh tokens, public clients.
  opaque: {
    configuration: withResources(
      {
        clientAuthMethods: ['none'],
        clientDefaults: { token_endpoint_auth_method: 'none' },
        features: { registration: { enabled: true } },
        issueRefreshToken: allGrants,
        rotateRefreshToken: true,
      },
      { accessTokenFormat: 'opaque' },
    ),
  },
  // JWT access tokens, which can't be revoked, for known resources only. Refresh tokens stay. The issuer has a path.
  jwt: {
    path: '/tenants/one',
    configuration: withResources(
      {
        clientAuthMethods: ['client_secret_basic'],
        features: { registration: { enabled: true } },
        issueRefreshToken: allGrants,
        rotateRefreshToken: false,
      },
      { accessTokenFormat: 'jwt', isStrict: true },
    ),
  },
  // Pushed authorization requests are required. Clients manage their registration (RFC 7592).
  par: {
    configuration: withResources(
      {
        clientAuthMethods: ['client_secret_post'],
        clientDefaults: { token_endpoint_auth_method: 'client_secret_post' },
        features: {
          registration: { enabled: true },
          registrationManagement: { enabled: true, rotateRegistrationAccessToken: true },
          pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
        },
        issueRefreshToken: allGrants,
        rotateRefreshToken: true,
      },
      { accessTokenFormat: 'opaque' },
    ),
  },
  // No dynamic registration. Refresh tokens only for `offline_access`, which needs the user's consent each time.
  manual: {
    isManual: true,
    configuration: withResources(
      { clientAuthMethods: ['client_secret_basic', 'client_secret_post'], rotateRefreshToken: true },
      { accessTokenFormat: 'jwt' },
    ),
  },
  // Client secrets that expire after 30 days. Clients without a secret never do, and are welcome.
  'expiring-secrets': {
    namesClientAuthMethod: true,
    configuration: withResources(
      {
        clientAuthMethods: ['client_secret_basic', 'none'],
        features: { registration: { enabled: true }, registrationManagement: { enabled: true } },
        issueRefreshToken: allGrants,
        rotateRefreshToken: true,
      },
      { accessTokenFormat: 'opaque' },
    ),
    extend: ({ provider }) =>
      provider.use(async (ctx, next) => {
        await next();
        const body = ctx.body as Record<string, unknown> | undefined;
        if (ctx.path === '/reg' && ctx.status === 201 && body?.client_secret !== undefined)
          body.client_secret_expires_at = Math.floor(Date.now() / 1000) + monthInSeconds;
      }),
  },
};

const [name = ''] = process.argv.slice(2);
const setup = setups[name];
if (!setup) throw new Error(`No such configuration: ${name}`);
const oidc = await startOidc(setup.configuration, setup.path);
setup.extend?.(oidc);
if (setup.isManual) addRegistrationPage(oidc);
const url = await startResourceServer({
  issuer: oidc.issuer,
  verify: (resource) => (token) => (token.includes('.') ? verifyJwt(token, resource) : verifyOpaque(token)),
});
ready({
  url,
  calls: [{ name: 'whoami', result: setup.namesClientAuthMethod ? 'alice with none' : 'alice' }],
  form: { login: 'alice', password: 'secret' },
  ...(setup.isManual && { registration: `${oidc.issuer}/console/clients` }),
});

async function verifyOpaque(token: string): ReturnType<Verify> {
  const found = await oidc.provider.AccessToken.find(token);
  if (!found?.isValid || !found.scopes.has(scope)) throw new Error('The token is not valid.');
  const client = await oidc.provider.Client.find(String(found.clientId));
  const suffix = setup?.namesClientAuthMethod ? ` with ${client?.clientAuthMethod}` : '';
  return { sub: `${found.accountId}${suffix}`, clientId: String(found.clientId) };
}

async function verifyJwt(token: string, audience: string): ReturnType<Verify> {
  const keys = createRemoteJWKSet(new URL(`${oidc.issuer}/jwks`));
  const { payload } = await jwtVerify(token, keys, { issuer: oidc.issuer, audience, typ: 'at+jwt' });
  return { sub: String(payload.sub), clientId: String(payload.client_id), exp: payload.exp };
}

/** Adds the page on which an administrator registers a client. Its secret has characters that RFC 6749 encodes. */
function addRegistrationPage({ provider }: OidcServer): void {
  provider.use(async (ctx, next) => {
    if (ctx.path !== '/console/clients') return next();
    const form = new URLSearchParams(Buffer.concat(await ctx.req.toArray()).toString());
    const clientId = 'switchboard:interop';
    const clientSecret = 'a secret+with/odd=characters%';
    const client: AdapterPayload = {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: form.getAll('redirect_uri'),
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    };
    // Its types omit the adapter.
    const { adapter } = provider.Client as unknown as { adapter: Adapter };
    await adapter.upsert(clientId, client, 0);
    ctx.body = { clientId, clientSecret };
  });
}
