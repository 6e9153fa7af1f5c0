import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { createCertificateAuthority } from '../support/certificates.js';
import { cleanUp, reasonOf, startSite, text } from './site.js';

const opened = cleanUp();
afterEach(() => opened.run());

/** 127.0.0.2 is listed, and `listed.test` is its name; everything else on loopback is as good as a public address. */
const door = (options: Partial<GuardedFetchOptions> = {}) =>
  opened.add(
    createGuardedFetch({
      allowedPrivateCidrs: ['127.0.0.2/32'],
      resolver: async (name) => (name === 'listed.test' ? ['127.0.0.2'] : ['93.184.215.14']),
      oauthTimeoutMs: 5_000,
      ...options,
    }),
  );

describe('over plain http to listed addresses', () => {
  test('a listed address is reached by itself and by name', async () => {
    const site = opened.add(await startSite(text('here'), { address: '127.0.0.2' }));
    const { oauthOverListedHttp, mayBeListed } = door();
    for (const url of [site.url, `http://listed.test:${site.port}`]) {
      expect(mayBeListed(url)).toBe(true);
      expect(await (await oauthOverListedHttp(url)).text()).toBe('here');
    }
  });

  test('a public address is not reached, by itself or by name', async () => {
    const { oauthOverListedHttp, mayBeListed } = door();
    expect(mayBeListed('http://93.184.215.14/')).toBe(false);
    for (const url of ['http://93.184.215.14/', 'http://public.test/', 'http://[2606:2800::1]/']) {
      expect(await reasonOf(oauthOverListedHttp(url))).toBe('PLAIN_HTTP_REFUSED');
    }
  });

  test('a redirect leads to no public address', async () => {
    const site = opened.add(
      await startSite((_req, res) => void res.writeHead(302, { location: 'http://public.test/' }).end(), {
        address: '127.0.0.2',
      }),
    );
    expect(await reasonOf(door().oauthOverListedHttp(site.url))).toBe('PLAIN_HTTP_REFUSED');
  });

  test('no name is taken for listed where nothing is, or where a proxy resolves it', () => {
    expect(door({ allowedPrivateCidrs: [] }).mayBeListed('http://listed.test/')).toBe(false);
    const proxied = door({ outboundProxy: 'http://proxy.example:3128' });
    expect(proxied.mayBeListed('http://listed.test/')).toBe(false);
    expect(proxied.mayBeListed('http://127.0.0.2/')).toBe(true);
  });

  test('https goes where it always does', async () => {
    const authority = createCertificateAuthority();
    const certificate = authority.issue({ dns: ['listed.test'] });
    const site = opened.add(await startSite(text('safe'), { address: '127.0.0.2', certificate }));
    const { oauthOverListedHttp } = door({ extraCa: authority.cert });
    expect(await (await oauthOverListedHttp(`https://listed.test:${site.port}`)).text()).toBe('safe');
    const unlisted = door({ resolver: async () => ['127.0.0.3'] });
    expect(await reasonOf(unlisted.oauthOverListedHttp('https://unlisted.test'))).toBe('ADDRESS_REFUSED');
  });
});
