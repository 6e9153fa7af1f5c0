import { startApp } from '../support/app.js';
import { seedOAuth2Server, seedPerson } from '../support/seed.js';
import { Browser } from '../support/browser.js';

test('a start deletes the flows that expired while nothing ran, and no others', async () => {
  const first = await startApp();
  const { id } = await seedOAuth2Server(first);
  const member = await seedPerson(first);
  const browser = new Browser(first, { session: member.session });
  const connect = () => browser.get(`/mcp-servers/${id}/oauth2/connect`, { 'sec-fetch-site': 'same-origin' });
  expect((await connect()).status).toBe(302);
  await first.sql(`update oauth2_flows set expires_at = now() - interval '2 minutes'`);
  expect((await connect()).status).toBe(302);

  const second = await startApp({ databaseUrl: first.databaseUrl });
  await second.close(); // waits for the sweep
  expect(await first.sql('select expires_at > now() as alive from oauth2_flows')).toEqual([{ alive: true }]);
  await first.close();
});
