// A provider for tests of other projects. It has OpenID Connect metadata, JWT access tokens and no registration.
import { createServer } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { Events, OAuth2Server } from 'oauth2-mock-server';
import { listen, ready } from './support/program.ts';
import { startResourceServer } from './support/resource-server.ts';

const server = new OAuth2Server();
await server.issuer.keys.generate('RS256');
await server.start(undefined, '127.0.0.1');
const issuer = server.issuer.url ?? '';
const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
const url = await startResourceServer({
  issuer,
  verify: (audience) => async (token) => {
    const { payload } = await jwtVerify(token, keys, { issuer, audience });
    return { sub: String(payload.sub), clientId: 'interop', exp: payload.exp };
  },
});
// It knows no resources: its tokens are for what an event names.
server.service.on(Events.BeforeTokenSigning, ({ payload }) => {
  payload.aud = url;
});
// It accepts any client.
const console = createServer((_request, response) => {
  response.end(JSON.stringify({ clientId: 'interop', clientSecret: 'secret' }));
});
const registration = `http://127.0.0.1:${await listen(console)}/clients`;
ready({ url, calls: [{ name: 'whoami', result: 'johndoe' }], registration });
