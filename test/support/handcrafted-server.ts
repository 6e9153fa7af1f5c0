import { createServer } from 'node:http';
import { close, listen, record, type RecordedRequest } from './http-listener.js';

/** What to answer, 200 if nothing else is said; null: nothing at all, ever. */
export type HandcraftedAnswer = {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
} | null;

/** Chooses by the request's body. */
export type AnswerTo = (body: string) => HandcraftedAnswer;

export interface HandcraftedServer {
  readonly origin: string;
  readonly requests: readonly RecordedRequest[];
  /** What `METHOD /path` or `/path` is answered with from now on; everything else is 404. */
  answer(route: string, answer: HandcraftedAnswer | AnswerTo): void;
  /** How many requests came to this path. */
  count(path: string): number;
  close(): Promise<void>;
}

/** An HTTP server that answers as told: for answers so wrong that no real server gives them on request. */
export async function startHandcraftedServer(): Promise<HandcraftedServer> {
  const requests: RecordedRequest[] = [];
  const answers = new Map<string, HandcraftedAnswer | AnswerTo>();
  const http = createServer((req, res) => {
    const recorded = record(req);
    requests.push(recorded);
    req.resume();
    const path = (req.url ?? '').split('?')[0] ?? '';
    const route = `${req.method} ${path}`;
    const told = answers.has(route) ? answers.get(route) : answers.get(path);
    req.on('end', () => {
      const answer = typeof told === 'function' ? told(recorded.body) : told;
      if (answer === null) return;
      const { status = answer ? 200 : 404, headers = {}, json, text = '' } = answer ?? {};
      const body = json === undefined ? text : JSON.stringify(json);
      res.writeHead(status, {
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      });
      res.end(body);
    });
  });
  return {
    origin: await listen(http),
    requests,
    answer: (route, answer) => void answers.set(route, answer),
    count: (path) => requests.filter((request) => request.path.split('?')[0] === path).length,
    close: () => close(http),
  };
}
