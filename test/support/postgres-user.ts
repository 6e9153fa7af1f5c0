// Uses the embedded PostgreSQL of a folder together with other processes. Prints {url} when it is ready, and stops on SIGTERM.
import { startEmbedded } from '../../src/database/embedded/embedded.js';

const [folder = ''] = process.argv.slice(2);
const embedded = await startEmbedded(folder, 'shared');
process.stdout.write(`${JSON.stringify({ url: embedded.url })}\n`);
const idle = setInterval(() => {}, 1_000);
process.once('SIGTERM', () => {
  clearInterval(idle);
  void embedded.stop();
});
