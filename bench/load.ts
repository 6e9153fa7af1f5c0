// The load generator, in its own process. It sends requests over a number of connections for some seconds, and reports the latencies.
import { Agent, request } from 'node:http';

export interface Load {
  port: number;
  /** Browser sessions. The connections use them in turn. */
  sessions: string[];
  query: string;
  connections: number;
  seconds: number;
  /** Of a request that is no query. Defaults to the query. */
  path?: string;
  body?: string;
  headers?: Readonly<Record<string, string>>;
}

export interface Observed {
  requests: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
}

async function run({ port, sessions, query, connections, seconds, ...other }: Load): Promise<Observed> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { path = '/graphql', body = JSON.stringify({ query }) } = other;
  const once = (session = '') =>
    new Promise<void>((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        cookie: `switchboard_session=${session}`,
        ...other.headers,
      };
      const req = request({ agent, host: '127.0.0.1', port, path, method: 'POST', headers }, (res) => {
        let hasErrors = false;
        res.on('data', (chunk: Buffer) => (hasErrors ||= chunk.includes('"errors":')));
        res.once('end', () =>
          res.statusCode === 200 && !hasErrors
            ? resolve()
            : reject(new Error(`HTTP ${res.statusCode}${hasErrors ? ' with errors' : ''}`)),
        );
      });
      req.once('error', reject);
      req.end(body);
    });

  const latencies: number[] = [];
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  const worker = async (_: unknown, index: number) => {
    const session = sessions[index % sessions.length];
    for (let now = performance.now(); now < until;) {
      await once(session);
      const later = performance.now();
      latencies.push(later - now);
      now = later;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const elapsed = (performance.now() - startedAt) / 1000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const quantile = (q: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(q * latencies.length))] ?? 0;
  return { requests: latencies.length, seconds: elapsed, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}

process.on('message', (load: Load) => {
  void run(load).then((observed) => process.send?.(observed));
});
process.on('disconnect', () => process.exit(0));
