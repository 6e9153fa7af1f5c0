// Uses the embedded PostgreSQL in a folder as one process among several: says {url} when it has it, and leaves on SIGTERM.
import { startEmbedded } from '../../src/database/embedded/embedded.js';

const [folder = ''] = process.argv.slice(2);
const embedded = await startEmbedded(folder, 'shared');
process.stdout.write(`${JSON.stringify({ url: embedded.url })}\n`);
const idle = setInterval(() => {}, 1_000);
process.once('SIGTERM', () => {
  clearInterval(idle);
  void embedded.stop();
});
