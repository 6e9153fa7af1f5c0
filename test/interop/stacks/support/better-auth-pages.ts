import { consentPage, loginPage } from './pages.ts';
import { html, type Route } from './web.ts';

/** The user of the stack. */
export const user = { name: 'Alice', email: 'alice@example.com', password: 'correct horse battery' };

/**
 * Returns the application's login page and consent page. They send what the client library of Better Auth sends from a
 * page: JSON, with the page's query as `oauth_query`.
 */
export function pages(origin: string, handler: (request: Request) => Promise<Response>): Route[] {
  const send = async (request: Request, path: string, body: Record<string, unknown>) => {
    const response = await handler(
      new Request(`${origin}/api/auth${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin, cookie: request.headers.get('cookie') ?? '' },
        body: JSON.stringify({ ...body, oauth_query: new URL(request.url).search.slice(1) }),
      }),
    );
    if (response.status >= 300) return response;
    // The client library goes to the URL in the answer.
    const { url, redirectURI } = (await response.json()) as { url?: string; redirectURI?: string };
    const headers = new Headers({ location: url ?? redirectURI ?? '' });
    for (const cookie of response.headers.getSetCookie()) headers.append('set-cookie', cookie);
    return new Response(null, { status: 302, headers });
  };
  return [
    (request, { pathname }) => {
      if (pathname !== '/login') return null;
      if (request.method === 'GET') return html(loginPage());
      return send(request, '/sign-in/email', { email: user.email, password: user.password });
    },
    (request, { pathname }) => {
      if (pathname !== '/consent') return null;
      if (request.method === 'GET') return html(consentPage());
      return send(request, '/oauth2/consent', { accept: true });
    },
  ];
}
