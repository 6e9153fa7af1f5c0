export type Server = { id: string; authConnected: boolean; connectUrl: string | null };

/**
 * Connects the person's account to a server. Call it in the click's own handler, before anything is awaited: browsers
 * block popups that open later. `refetch` asks Switchboard for the server again and shows what it answers.
 */
export function connect(server: Server, refetch: () => Promise<Server>): void {
  if (server.connectUrl === null) return;
  const url = new URL(server.connectUrl);
  url.searchParams.set('origin', location.origin);
  const popup = window.open(url, `connect-${server.id}`, 'popup,width=520,height=720');
  if (!popup) {
    // Popups are blocked: the whole page goes there, and comes back here.
    url.searchParams.set('return', location.pathname + location.search);
    location.assign(url);
    return;
  }
  const waiting = new AbortController();
  const look = async () => {
    // A failed look is no answer; the next one is two seconds away.
    const { authConnected } = await refetch().catch(() => server);
    if (authConnected) waiting.abort();
  };
  const timer = setInterval(look, 2_000);
  const end = setTimeout(() => waiting.abort(), 600_000);
  waiting.signal.addEventListener('abort', () => [timer, end].forEach(clearTimeout));
  // Openers get lost on the way through providers' pages, so a message is only a reason to look at once.
  const hear = ({ origin, data }: MessageEvent) => {
    if (origin === url.origin && data?.type === 'mcp-oauth2-complete' && data.serverId === server.id)
      void look();
  };
  window.addEventListener('message', hear, { signal: waiting.signal });
  window.addEventListener('focus', look, { signal: waiting.signal });
}
