// The load generator, in its own process. It sends one request over a number of connections for some seconds.
import autocannon from 'autocannon';
import type { Burst, Observed } from '../rounds.js';

process.on('message', ({ port, session, query, connections, seconds }: Burst) => {
  void autocannon({
    url: `http://127.0.0.1:${port}/graphql`,
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: `switchboard_session=${session}` },
    body: JSON.stringify({ query }),
    connections,
    duration: seconds,
  }).then(({ requests, latency, duration, errors, timeouts, non2xx }) => {
    const observed: Observed = {
      requests: requests.total,
      failures: errors + timeouts + non2xx,
      seconds: duration,
      p50Ms: latency.p50,
      p99Ms: latency.p99,
    };
    process.send?.(observed);
    return observed;
  });
});
process.on('disconnect', () => process.exit(0));
