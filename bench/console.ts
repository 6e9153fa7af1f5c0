// `npm run bench:console`: measures the console's first view with an empty cache: bytes, and the time until its buttons
// work, on this machine and with a slow network and processor.
import { mkdtemp, chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { ask, startSwitchboard } from '../demo/switchboard.js';
import { launchChromium } from '../test/support/browser/chromium.js';

const loads = Number(process.env.BENCH_LOADS ?? 7);
const serverCount = 20;
/** Chromium's profile of a slow phone: a quarter of the processor, 1.6 Mbit/s, 150 ms round trip. */
const slow = { processor: 4, bytesPerSecond: 200_000, latencyMs: 150 };

interface Load {
  bytes: number;
  requests: number;
  interactiveMs: number;
}

/** Records the time of the first row. Its buttons work at once, because React attaches handlers before it renders. */
const recordFirstRow = `new MutationObserver(() => {
  if (!window.firstRowAt && document.querySelector('main li button')) window.firstRowAt = performance.now();
}).observe(document, { subtree: true, childList: true })`;

async function load(chromium: Browser, url: string, session: string, isSlow: boolean): Promise<Load> {
  const context = await chromium.newContext();
  await context.addCookies([{ name: 'switchboard_session', value: session, url }]);
  await context.addInitScript(recordFirstRow);
  const page = await context.newPage();
  if (isSlow) {
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slow.processor });
    await devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: slow.latencyMs,
      downloadThroughput: slow.bytesPerSecond,
      uploadThroughput: slow.bytesPerSecond,
    });
  }
  const sizes: Promise<number>[] = [];
  page.on('requestfinished', (request) => {
    const size = request.sizes();
    sizes.push(
      size.then(({ responseBodySize, responseHeadersSize }) => responseBodySize + responseHeadersSize),
    );
  });
  await page.goto(`${url}/accounts`, { waitUntil: 'networkidle' });
  await page.getByRole('listitem').getByRole('button').first().waitFor();
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  const interactiveMs = await page.evaluate<number>('window.firstRowAt');
  await context.close();
  return { bytes, requests: sizes.length, interactiveMs };
}

async function measure(chromium: Browser, url: string, session: string): Promise<void> {
  for (const isSlow of [false, true]) {
    const all: Load[] = [];
    for (let each = 0; each < loads; each += 1) all.push(await load(chromium, url, session, isSlow));
    const times = all.map(({ interactiveMs }) => Math.round(interactiveMs)).toSorted((a, b) => a - b);
    const [first] = all;
    console.log(
      `${isSlow ? 'slow network and processor' : 'this machine'}: ${((first?.bytes ?? 0) / 1000).toFixed(1)} kB in ` +
        `${first?.requests} requests; interactive after ${times[loads >> 1]} ms (${times[0]} to ${times.at(-1)})`,
    );
  }
}

const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-bench-'));
// For root, PostgreSQL runs as another system user, which needs to reach its folder in here.
await chmod(folder, 0o711);
process.env.PORT ??= '0';
const switchboard = await startSwitchboard(path.join(folder, 'data'));
const chromium = await launchChromium();
try {
  const { token } = await switchboard.command<{ token: string }>('create-api-token', {
    email: 'admin@localhost',
    name: 'bench',
    scope: 'ADMIN',
  });
  const administrator = { url: switchboard.url, token };
  for (let number = 1; number <= serverCount; number += 1) {
    await ask(
      administrator,
      'mutation ($input: CreateMcpServerConfigInput!) { createMcpServerConfig(input: $input) { server { id } } }',
      {
        input: {
          slug: `server-${number}`,
          displayName: `Server ${number}`,
          description: 'A description of one sentence.',
          url: `http://127.0.0.1:9/${number}`,
          authType: 'NONE',
          enabled: true,
        },
      },
    );
  }
  const { viewer } = await ask<{ viewer: { id: string } }>(administrator, '{ viewer { id } }');
  const { createSignInLink: link } = await ask<{ createSignInLink: { signInLink: { url: string } } }>(
    administrator,
    'mutation ($userId: ID!) { createSignInLink(userId: $userId) { signInLink { url } } }',
    { userId: viewer.id },
  );
  const signIn = await fetch(link.signInLink.url, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: switchboard.url, 'sec-fetch-site': 'same-origin' },
  });
  const session = /switchboard_session=([^;]+)/.exec(signIn.headers.get('set-cookie') ?? '')?.[1] ?? '';
  await measure(chromium, switchboard.url, session);
} finally {
  await chromium.close();
  await switchboard.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
}
