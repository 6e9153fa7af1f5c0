// OpenAuth with its pages for one-time codes. Its metadata names no PKCE methods, and it has no registration.
import { createServer } from 'node:http';
import { issuer as createIssuer } from '@openauthjs/openauth';
import { CodeProvider } from '@openauthjs/openauth/provider/code';
import { MemoryStorage } from '@openauthjs/openauth/storage/memory';
import { createSubjects } from '@openauthjs/openauth/subject';
import { CodeUI } from '@openauthjs/openauth/ui/code';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';
import { listen, ready } from './support/program.ts';
import { startResourceServer } from './support/resource-server.ts';
import { startWeb } from './support/web.ts';

const subjects = createSubjects({ user: z.object({ email: z.string() }) });
let lastCode = '';
const provider = CodeProvider(
  CodeUI({
    sendCode: async (_claims, code) => {
      lastCode = code;
    },
  }),
);
const issuer = await startWeb(async () => {
  const app = createIssuer({
    subjects,
    storage: MemoryStorage(),
    providers: { code: provider },
    success: (context, value) => context.subject('user', { email: value.claims.email ?? '' }),
  });
  return [(request) => app.fetch(request)];
});
const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
const url = await startResourceServer({
  issuer,
  verify: () => async (token) => {
    const { payload } = await jwtVerify(token, keys, { issuer });
    const { email } = payload.properties as { email: string };
    return { sub: email, clientId: String(payload.aud), exp: payload.exp };
  },
});
// It accepts any client ID whose redirect URI is on its own host or on localhost.
const pages = createServer((request, response) => {
  response.end(request.url === '/inbox' ? lastCode : JSON.stringify({ clientId: 'switchboard' }));
});
const origin = `http://127.0.0.1:${await listen(pages)}`;
ready({
  url,
  calls: [{ name: 'whoami', result: 'alice@example.com' }],
  form: { email: 'alice@example.com' },
  inbox: `${origin}/inbox`,
  registration: `${origin}/clients`,
});
