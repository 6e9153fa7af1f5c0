import { randomUUID } from 'node:crypto';
import { DiagnoseMcpServerDocument, DiagnoseUrlDocument } from '../generated/graphql.js';
import { createCertificateAuthority } from '../support/certificates.js';
import { startHandcraftedServer, type HandcraftedServer } from '../support/handcrafted-server.js';
import { startMcpServer, type McpServerOptions } from '../support/mcp/mcp-server.js';
import { startSseMcpServer } from '../support/mcp/sse-mcp-server.js';
import { cleanUp, startWebServer, text } from '../net/web-server.js';
import { seedServer } from '../support/seed.js';
import { openClinic, outline, remoteText, type Clinic } from './clinic.js';

let clinic: Clinic;
const opened = cleanUp();

beforeAll(async () => {
  clinic = await openClinic();
});
afterAll(() => clinic.close());
afterEach(() => opened.run());

const day = 86_400_000;
const handcrafted = async (): Promise<HandcraftedServer> => opened.add(await startHandcraftedServer());
const mcpServer = async (options: McpServerOptions = {}) => opened.add(await startMcpServer(options));
const secureServer = async (names: Parameters<Clinic['authority']['issue']>[0], issuer = clinic.authority) =>
  opened.add(await startWebServer(text(remoteText), { certificate: issuer.issue(names) }));

test('checks an open server from its name to its tools, with evidence for each step', async () => {
  const mcp = await mcpServer();
  clinic.zone['open.test'] = [['127.0.0.1']];
  const diagnosis = await clinic.diagnose({ url: mcp.url.replace('127.0.0.1', 'open.test') });

  expect(diagnosis).toMatchObject({ succeeded: true, failure: null, version: null });
  const steps = outline(diagnosis);
  expect(steps.slice(0, 5)).toEqual([
    'DNS Name resolution: FOUND',
    'ADDRESS Addresses: FOUND',
    'CONNECT Connection: FOUND',
    'MCP initialize: FOUND',
    'MCP tools/list: FOUND',
  ]);
  expect(steps.at(-1)).toBe('MCP Session: FOUND');
  expect(diagnosis.steps.at(-1)?.detail).toMatch(/^The server lists \d+ tools\.$/);
  const asked = diagnosis.steps.filter(({ status }) => status === 200);
  expect(asked.length).toBeGreaterThanOrEqual(4);
  for (const { expected, durationMs, contentType } of asked) {
    expect(expected).not.toBe('');
    expect(durationMs).toBeGreaterThanOrEqual(0);
    expect(contentType).toMatch(/^(application\/json|text\/event-stream)$/);
  }
});

test('recognizes a URL whose server speaks only the older SSE transport, and checks it to its tools', async () => {
  const sse = opened.add(await startSseMcpServer());
  const diagnosis = await clinic.diagnose({ url: sse.url });
  expect(diagnosis).toMatchObject({ succeeded: true, failure: null, transport: 'SSE' });
  expect(diagnosis.steps).toContainEqual(
    expect.objectContaining({ name: 'Transport', detail: expect.stringContaining('transport: SSE') }),
  );
  expect(diagnosis.steps.at(-1)?.detail).toMatch(/^The server lists \d+ tools\.$/);
  const mcp = await mcpServer();
  expect(await clinic.diagnose({ url: mcp.url })).toMatchObject({ transport: 'STREAMABLE_HTTP' });
});

test.each(['NONE', 'API_KEY', 'CUSTOM_HEADERS'] as const)(
  'CONFIGURATION: the administrator of a %s server must choose the transport that the server speaks',
  async (authType) => {
    const sse = opened.add(await startSseMcpServer());
    const mcp = await mcpServer();
    const credentials = {
      NONE: {},
      API_KEY: { apiKeyHeader: 'x-key', apiKeyValue: 'secret' },
      CUSTOM_HEADERS: { customHeaders: [{ name: 'x-key', value: 'secret' }] },
    }[authType];
    for (const [url, wrong, right] of [
      [sse.url, 'STREAMABLE_HTTP', 'SSE'],
      [mcp.url, 'SSE', 'STREAMABLE_HTTP'],
    ] as const) {
      const { id } = await seedServer(clinic.app, { url, transport: wrong, authType, ...credentials });
      const { failure } = await clinic.diagnose({ id });
      expect(failure).toMatchObject({ layer: 'CONFIGURATION', responsibleParty: 'ADMINISTRATOR' });
      expect(failure?.remedy).toContain(`transport: ${right}`);
    }
  },
);

test('DNS: the administrator must check an unknown name', async () => {
  const { failure, steps } = await clinic.diagnose({ url: 'https://unknown.test/mcp' });
  expect(failure).toMatchObject({ layer: 'DNS', responsibleParty: 'ADMINISTRATOR' });
  expect(failure?.message).toContain('unknown.test');
  expect(failure?.remedy).toContain('Check the host name');
  expect(steps).toHaveLength(1);
});

test('ADDRESS: a private address is reached only if the administrator has listed it', async () => {
  clinic.zone['inside.test'] = [['10.1.2.3']];
  const { failure, steps } = await clinic.diagnose({ url: 'https://inside.test/mcp' });
  expect(failure).toMatchObject({ layer: 'ADDRESS', responsibleParty: 'ADMINISTRATOR' });
  expect(failure?.message).toContain('10.1.2.3');
  expect(failure?.remedy).toContain('ALLOWED_PRIVATE_CIDRS');
  expect(steps.map(({ layer }) => layer)).toEqual(['DNS', 'ADDRESS']);
});

test('CONNECT: the server’s operator is responsible for a port that refuses connections', async () => {
  const gone = await startHandcraftedServer();
  await gone.close();
  const { failure } = await clinic.diagnose({ url: `${gone.origin}/mcp` });
  expect(failure).toMatchObject({ layer: 'CONNECT', responsibleParty: 'MCP_SERVER' });
  expect(failure?.remedy).toContain('start the server');
});

test.each([
  ['expired', { from: new Date(Date.now() - 3 * day), to: new Date(Date.now() - day) }, 'renew'],
  ['not yet valid', { from: new Date(Date.now() + day), to: new Date(Date.now() + 3 * day) }, 'clock'],
  ['for another name', { dns: ['REMOTE-TEXT.test'] }, 'certificate for it'],
])('TLS: the server’s operator is responsible for a certificate that is %s', async (_kind, names, remedy) => {
  const site = await secureServer({ dns: ['secure.test'], ...names });
  clinic.zone['secure.test'] = [['127.0.0.1']];
  const { failure } = await clinic.diagnose({ url: `https://secure.test:${site.port}/mcp` });
  expect(failure).toMatchObject({ layer: 'TLS', responsibleParty: 'MCP_SERVER' });
  expect(failure?.remedy).toContain(remedy);
  expect(site.requests).toHaveLength(0);
});

test('TLS: the administrator may trust the unknown authority of a certificate', async () => {
  const site = await secureServer({ ip: ['127.0.0.1'] }, createCertificateAuthority('A stranger'));
  const { failure } = await clinic.diagnose({ url: `${site.url}/mcp` });
  expect(failure).toMatchObject({ layer: 'TLS', responsibleParty: 'ADMINISTRATOR' });
  expect(failure?.remedy).toContain('EXTRA_CA_FILE');
});

test('TLS: the administrator must check a port without TLS', async () => {
  const plain = await handcrafted();
  const { failure } = await clinic.diagnose({ url: `${plain.origin.replace('http:', 'https:')}/mcp` });
  expect(failure).toMatchObject({ layer: 'TLS', responsibleParty: 'ADMINISTRATOR' });
  expect(failure?.remedy).toContain('Check the port');
});

test('HTTP: the server’s operator is responsible for an outage', async () => {
  const host = await handcrafted();
  host.answer('/mcp', { status: 503, headers: { 'content-type': 'text/html' }, text: remoteText });
  const { failure, steps } = await clinic.diagnose({ url: `${host.origin}/mcp` });
  expect(failure).toMatchObject({
    layer: 'HTTP',
    responsibleParty: 'MCP_SERVER',
    message: `The MCP server at ${new URL(host.origin).host} answered HTTP 503.`,
  });
  expect(failure?.remedy).toContain('Try again later');
  expect(steps).toContainEqual(
    expect.objectContaining({ status: 503, contentType: 'text/html', outcome: 'FAILED' }),
  );
});

test('MCP: the administrator must check a URL without an MCP server', async () => {
  const host = await handcrafted();
  host.answer('/mcp', { status: 404, headers: { 'content-type': 'text/html' }, text: remoteText });
  const { failure } = await clinic.diagnose({ url: `${host.origin}/mcp` });
  expect(failure).toMatchObject({ layer: 'MCP', responsibleParty: 'ADMINISTRATOR' });
  expect(failure?.remedy).toContain('Check the URL');
});

test('MCP: the server’s operator is responsible for invalid responses', async () => {
  const host = await handcrafted();
  host.answer('/mcp', { json: { jsonrpc: '2.0', id: 1, result: remoteText } });
  const { failure } = await clinic.diagnose({ url: `${host.origin}/mcp` });
  expect(failure).toMatchObject({ layer: 'MCP', responsibleParty: 'MCP_SERVER' });
});

describe('a server with its own credentials', () => {
  const requiredHeader = { name: 'x-api-key', value: 'the-right-key' };
  const stored = (url: string, apiKeyValue: string, more = {}) =>
    seedServer(clinic.app, { url, authType: 'API_KEY', apiKeyHeader: 'X-Api-Key', apiKeyValue, ...more });

  test('lists its tools with them, also while it is disabled', async () => {
    const mcp = await mcpServer({ requiredHeader });
    for (const enabled of [true, false]) {
      const { id } = await stored(mcp.url, requiredHeader.value, { enabled });
      const diagnosis = await clinic.diagnose({ id });
      expect(diagnosis).toMatchObject({ succeeded: true, version: 1, url: mcp.url });
      expect(JSON.stringify(diagnosis)).not.toContain(requiredHeader.value);
    }
  });

  test('CREDENTIALS: the administrator must correct a refused key', async () => {
    const mcp = await mcpServer({ requiredHeader });
    const { id } = await stored(mcp.url, 'a-wrong-key');
    const { failure, steps } = await clinic.diagnose({ id });
    expect(failure).toMatchObject({ layer: 'CREDENTIALS', responsibleParty: 'ADMINISTRATOR' });
    expect(failure?.message).toContain('HTTP 401');
    expect(failure?.remedy).toContain('apiKeyValue');
    expect(JSON.stringify([failure, steps])).not.toContain('a-wrong-key');
  });

  test('CREDENTIALS: the administrator must correct refused custom headers', async () => {
    const mcp = await mcpServer({ requiredHeader });
    const customHeaders = [{ name: 'X-Other', value: 'a-wrong-key' }];
    const { id } = await seedServer(clinic.app, { url: mcp.url, authType: 'CUSTOM_HEADERS', customHeaders });
    const { failure } = await clinic.diagnose({ id });
    expect(failure).toMatchObject({ layer: 'CREDENTIALS', responsibleParty: 'ADMINISTRATOR' });
    expect(failure?.remedy).toContain('customHeaders');
  });

  test('CONFIGURATION: the administrator must restore the encryption key of an unreadable key', async () => {
    const mcp = await mcpServer({ requiredHeader });
    const { id } = await stored(mcp.url, requiredHeader.value);
    await clinic.app.sql(`update mcp_server_configs set api_key_value = 'gone.x' where id = $1`, [id]);
    const { failure } = await clinic.diagnose({ id });
    expect(failure).toMatchObject({ layer: 'CONFIGURATION', responsibleParty: 'ADMINISTRATOR' });
    expect(failure?.remedy).toContain('SWITCHBOARD_ENCRYPTION_KEYS');
  });

  test('CONFIGURATION: the administrator must set the auth type of a server that requires a key', async () => {
    const mcp = await mcpServer({ requiredHeader });
    const { id } = await seedServer(clinic.app, { url: mcp.url });
    const { failure } = await clinic.diagnose({ id });
    expect(failure).toMatchObject({ layer: 'CONFIGURATION', responsibleParty: 'ADMINISTRATOR' });
    expect(failure?.remedy).toContain('authType');
  });
});

test('refuses an unknown id and an invalid URL', async () => {
  const unknown = await clinic.admin.graphql.error(DiagnoseMcpServerDocument, { id: randomUUID() });
  expect(unknown.extensions.code).toBe('NOT_FOUND');
  for (const url of ['nonsense', 'http://u:p@a.test/', ' ']) {
    const { extensions } = await clinic.admin.graphql.error(DiagnoseUrlDocument, { input: { url } });
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'input.url' }] });
  }
});

test('counts toward the user’s limit of concurrent requests', async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = await mcpServer({ beforeAnswer: () => released });
  const { id } = await seedServer(clinic.app, { url: slow.url });
  const answers = Array.from({ length: 5 }, () =>
    clinic.admin.graphql.query(DiagnoseMcpServerDocument, { id }),
  );
  const first = await Promise.race(answers);
  expect(first.errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
  release();
  const codes = (await Promise.all(answers)).map(({ errors }) => errors?.[0]?.extensions.code);
  expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(1);
  expect(codes.filter((code) => code === undefined)).toHaveLength(4);
});
