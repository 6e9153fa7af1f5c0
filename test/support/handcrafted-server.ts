import { createServer } from 'node:http';
import { close, listen, record, type RecordedRequest } from './http-listener.js';

/** A response, by default with status 200. null: no response, ever. */
export type HandcraftedAnswer = {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
} | null;

/** Chooses the response by the request's body. */
export type AnswerTo = (body: string) => HandcraftedAnswer;

export interface HandcraftedServer {
  readonly origin: string;
  readonly requests: readonly RecordedRequest[];
  /** Sets the response to `METHOD /path` or `/path`. Other requests get 404. */
  answer(route: string, answer: HandcraftedAnswer | AnswerTo): void;
  /** Returns the number of requests to this path. */
  count(path: string): number;
  close(): Promise<void>;
}

/** Starts an HTTP server with prepared responses, for malformed ones that no real server sends. */
export async function startHandcraftedServer(): Promise<HandcraftedServer> {
  const requests: RecordedRequest[] = [];
  const answers = new Map<string, HandcraftedAnswer | AnswerTo>();
  const http = createServer((req, res) => {
    const recorded = record(req);
    requests.push(recorded);
    req.resume();
    const path = (req.url ?? '').split('?')[0] ?? '';
    const route = `${req.method} ${path}`;
    const prepared = answers.has(route) ? answers.get(route) : answers.get(path);
    req.on('end', () => {
      const answer = typeof prepared === 'function' ? prepared(recorded.body) : prepared;
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
