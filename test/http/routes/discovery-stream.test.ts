import { startWorld, type SignedInUser, type World } from '../../accounts/world.js';
import { credentialHeaders } from '../../support/graphql.js';
import { startMcpServer } from '../../support/mcp/mcp-server.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

type Line = {
  step?: { name: string; outcome: string };
  discovery?: Record<string, unknown>;
  error?: { message: string; extensions: { code: string; steps?: unknown[]; remedy?: string } };
};

function ask(
  user: Pick<SignedInUser, 'session'>,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${world.app.url}/mcp-servers/discovery`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...credentialHeaders(world.app, { session: user.session }),
      ...headers,
    },
    body: JSON.stringify(body),
  });
}

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

test('sends each step as soon as it is known, then the mutation’s result', async () => {
  let answerNow = () => {};
  const held = new Promise<void>((resolve) => {
    answerNow = resolve;
  });
  let requests = 0;
  const mcp = await startMcpServer({
    authorizationServer: world.provider,
    // The probe is answered at once, what comes after it only when this test has seen that.
    beforeAnswer: async () => {
      requests += 1;
      if (requests > 1) await held;
    },
  });
  try {
    const response = await ask(world.admin, { url: mcp.url });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const first = await reader.read();
    expect(linesOf(first.value!)[0]?.step).toMatchObject({ name: 'initialize', outcome: 'FOUND' });
    answerNow();
    let rest = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) rest += part.value;
    const lines = linesOf(first.value! + rest);
    const { discoverMcpServerOAuth2 } = await world.admin.graphql.data<{
      discoverMcpServerOAuth2: { discovery: Record<string, unknown> & { steps: { name: string }[] } };
    }>(
      `mutation ($url: String!) { discoverMcpServerOAuth2(input: { url: $url }) { discovery {
        requiresAuthorization issuer authorizationUrl tokenUrl revocationUrl scopes registration resource
        steps { name } } } }`,
      { url: mcp.url },
    );
    const { steps, ...found } = discoverMcpServerOAuth2.discovery;
    expect(lines.at(-1)?.discovery).toMatchObject(found);
    expect(lines.slice(0, -1).map(({ step }) => step?.name)).toEqual(steps.map(({ name }) => name));
  } finally {
    await mcp.close();
  }
});

test('ends a failed discovery with its error, after the steps it tried', async () => {
  const response = await ask(world.admin, { url: 'http://127.0.0.1:1/mcp' });
  const lines = linesOf(await response.text());
  expect(lines[0]?.step).toMatchObject({ outcome: 'FAILED' });
  expect(lines.at(-1)?.error?.extensions).toMatchObject({
    code: 'DISCOVERY_FAILED',
    remedy: expect.any(String),
  });
});

test.each([{}, { url: 7 }, { url: 'not a URL' }, []])('refuses %j with a readable message', async (body) => {
  const response = await ask(world.admin, body);
  expect(response.status).toBe(400);
  expect(linesOf(await response.text())).toEqual([
    { error: { message: expect.stringContaining('url: '), extensions: expect.anything() } },
  ]);
});

test('refuses members and pages of other origins, and sends no request', async () => {
  const before = world.mcp.requests.length;
  expect((await ask(world.member, { url: world.mcp.url })).status).toBe(403);
  const forged = await ask(world.admin, { url: world.mcp.url }, { origin: 'https://evil.example' });
  expect(forged.status).toBe(403);
  const asText = await ask(world.admin, { url: world.mcp.url }, { 'content-type': 'text/plain' });
  expect(asText.status).toBe(415);
  expect(world.mcp.requests.length).toBe(before);
});
