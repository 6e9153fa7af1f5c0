// `fetch-once.ts URL [CA file]` prints the text of the response, or the reason of the failure.
import { readFileSync } from 'node:fs';
import { OutboundError, createGuardedFetch } from '../../src/net/guarded-fetch.js';

const [url = '', caFile] = process.argv.slice(2);
const extraCa = caFile === undefined ? undefined : readFileSync(caFile, 'utf8');
const { oauth, close } = createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.1/32'], extraCa });
try {
  const response = await oauth(url);
  process.stdout.write(await response.text());
} catch (error) {
  if (!(error instanceof OutboundError)) throw error;
  process.stdout.write(error.reason);
}
await close();
