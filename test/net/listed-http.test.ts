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
    const { oauthOverListedHttp, mayBeListed } = guardedFetch();
    for (const url of [server.url, `http://listed.test:${server.port}`]) {
      expect(mayBeListed(url)).toBe(true);
      expect(await (await oauthOverListedHttp(url)).text()).toBe('here');
    }
  });

  test('does not connect to a public address, literally or by name', async () => {
    const { oauthOverListedHttp, mayBeListed } = guardedFetch();
    expect(mayBeListed('http://93.184.215.14/')).toBe(false);
    for (const url of ['http://93.184.215.14/', 'http://public.test/', 'http://[2606:2800::1]/']) {
      expect(await reasonOf(oauthOverListedHttp(url))).toBe('PLAIN_HTTP_REFUSED');
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
    expect(await reasonOf(guardedFetch().oauthOverListedHttp(server.url))).toBe('PLAIN_HTTP_REFUSED');
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
    const { oauthOverListedHttp } = guardedFetch({ extraCa: authority.cert });
    expect(await (await oauthOverListedHttp(`https://listed.test:${server.port}`)).text()).toBe('safe');
    const unlisted = guardedFetch({ resolver: async () => ['127.0.0.3'] });
    expect(await reasonOf(unlisted.oauthOverListedHttp('https://unlisted.test'))).toBe('ADDRESS_REFUSED');
  });
});
