/** Records the GraphQL requests with an API token that are sent in this process, as `METHOD Operation`. */
export function recordRequests(): { take(): string[]; stop(): void } {
  const original = globalThis.fetch;
  const sent: string[] = [];
  globalThis.fetch = (input, init) => {
    const { pathname, searchParams } = new URL(input instanceof Request ? input.url : input);
    if (pathname === '/graphql' && new Headers(init?.headers).has('authorization')) {
      const body =
        typeof init?.body === 'string' ? (JSON.parse(init.body) as { operationName?: string }) : {};
      const operation = searchParams.get('operationName') ?? body.operationName ?? 'unnamed';
      sent.push(`${init?.method ?? 'GET'} ${operation}`);
    }
    return original(input, init);
  };
  return { take: () => sent.splice(0), stop: () => void (globalThis.fetch = original) };
}
