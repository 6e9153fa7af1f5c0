import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { listen } from './program.ts';

/** Answers a request, or returns null for the next one. */
export type Route = (request: Request, url: URL) => Response | Promise<Response> | null;

/** Starts a server of web-standard handlers. The first one that answers is taken. Returns its origin. */
export async function startWeb(routes: (origin: string) => Promise<readonly Route[]>): Promise<string> {
  let answer: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  const server = createServer(getRequestListener((request) => answer(request)));
  const origin = `http://127.0.0.1:${await listen(server)}`;
  const chain = await routes(origin);
  answer = async (request) => {
    for (const route of chain) {
      const response = await route(request, new URL(request.url));
      if (response) return response;
    }
    return new Response('Not found', { status: 404 });
  };
  return origin;
}

/** Returns a page. */
export function html(page: string): Response {
  return new Response(page, { headers: { 'content-type': 'text/html' } });
}
