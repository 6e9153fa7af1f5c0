export type Server = { id: string; authConnected: boolean; connectUrl: string | null };

/**
 * Connects the user's account to a server. Call it in the click handler, before the first `await`: browsers block popups
 * that open later. `refetch` asks Switchboard for the server again and updates the page.
 */
export function connect(server: Server, refetch: () => Promise<Server>): void {
  if (server.connectUrl === null) return;
  const url = new URL(server.connectUrl);
  url.searchParams.set('origin', location.origin);
  const popup = window.open(url, `connect-${server.id}`, 'popup,width=520,height=720');
  if (!popup) {
    // The browser blocks popups. Leave the page and return to it afterwards.
    url.searchParams.set('return', location.pathname + location.search);
    location.assign(url);
    return;
  }
  const polling = new AbortController();
  const poll = async () => {
    // A failed request changes nothing. The next one follows in two seconds.
    const { authConnected } = await refetch().catch(() => server);
    if (authConnected) polling.abort();
  };
  const interval = setInterval(poll, 2_000);
  const deadline = setTimeout(() => polling.abort(), 600_000);
  polling.signal.addEventListener('abort', () => [interval, deadline].forEach(clearTimeout));
  // A provider's page may cut off the opener, so the message can get lost. It only triggers the next request early.
  const onMessage = ({ origin, data }: MessageEvent) => {
    if (origin === url.origin && data?.type === 'mcp-oauth2-complete' && data.serverId === server.id)
      void poll();
  };
  window.addEventListener('message', onMessage, { signal: polling.signal });
  window.addEventListener('focus', poll, { signal: polling.signal });
}
