import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { createCertificateAuthority } from '../support/certificates.js';
import { cleanUp, reasonOf, startWebServer, text } from './web-server.js';

const opened = cleanUp();
afterEach(() => opened.run());

/** Allows 127.0.0.2, which `listed.test` resolves to. Every other loopback address stands for a public one. */
const guardedFetch = (options: Partial<GuardedFetchOptions> = {}) =>
  opened.add(
    createGuardedFetch({
      allowedPrivateCidrs: ['127.0.0.2/32'],
      resolver: async (name) => (name === 'listed.test' ? ['127.0.0.2'] : ['93.184.215.14']),
      oauthTimeoutMs: 5_000,
      ...options,
    }),
  );

describe('plain HTTP to allowed addresses', () => {
  test('connects to an allowed address, literally and by name', async () => {
    const server = opened.add(await startWebServer(text('here'), { address: '127.0.0.2' }));
    const { oauth, mcp, mayBeListed } = guardedFetch();
    for (const url of [server.url, `http://listed.test:${server.port}`]) {
      expect(mayBeListed(url)).toBe(true);
      for (const fetch of [oauth, mcp]) expect(await (await fetch(url)).text()).toBe('here');
    }
  });

  test('does not connect to a public address, literally or by name', async () => {
    const { oauth, mcp, mayBeListed } = guardedFetch();
    expect(mayBeListed('http://93.184.215.14/')).toBe(false);
    for (const url of ['http://93.184.215.14/', 'http://public.test/', 'http://[2606:2800::1]/']) {
      for (const fetch of [oauth, mcp]) expect(await reasonOf(fetch(url))).toBe('PLAIN_HTTP_REFUSED');
    }
  });

  test('connects to a public address for a request without credentials', async () => {
    const server = opened.add(await startWebServer(text('here'), { address: '127.0.0.3' }));
    const rules = { allowedPrivateCidrs: ['127.0.0.2/32', '127.0.0.3/32'] };
    const { withoutCredentials } = guardedFetch(rules);
    for (const fetch of [withoutCredentials.oauth, withoutCredentials.mcp]) {
      expect(await (await fetch(server.url)).text()).toBe('here');
      // The address is public, and nothing answers there. The request fails for that reason only.
      expect(await reasonOf(fetch('http://93.184.215.14:1/', { signal: AbortSignal.timeout(300) }))).not.toBe(
        'PLAIN_HTTP_REFUSED',
      );
    }
  });

  test('does not follow a redirect to a public address', async () => {
    const server = opened.add(
      await startWebServer(
        (_req, res) => void res.writeHead(302, { location: 'http://public.test/' }).end(),
        {
          address: '127.0.0.2',
        },
      ),
    );
    expect(await reasonOf(guardedFetch().oauth(server.url))).toBe('PLAIN_HTTP_REFUSED');
  });

  test('treats no name as allowed without allowed addresses or behind a proxy', () => {
    expect(guardedFetch({ allowedPrivateCidrs: [] }).mayBeListed('http://listed.test/')).toBe(false);
    const proxied = guardedFetch({ outboundProxy: 'http://proxy.example:3128' });
    expect(proxied.mayBeListed('http://listed.test/')).toBe(false);
    expect(proxied.mayBeListed('http://127.0.0.2/')).toBe(true);
  });

  test('leaves https unrestricted', async () => {
    const authority = createCertificateAuthority();
    const certificate = authority.issue({ dns: ['listed.test'] });
    const server = opened.add(await startWebServer(text('safe'), { address: '127.0.0.2', certificate }));
    const { oauth } = guardedFetch({ extraCa: authority.cert });
    expect(await (await oauth(`https://listed.test:${server.port}`)).text()).toBe('safe');
    const unlisted = guardedFetch({ resolver: async () => ['127.0.0.3'] });
    expect(await reasonOf(unlisted.oauth('https://unlisted.test'))).toBe('ADDRESS_REFUSED');
  });
});
