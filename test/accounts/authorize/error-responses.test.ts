import { FailureReportDocument } from '../../generated/graphql.js';
import { begin, createServer, startWorld, visit, withParams, type World } from '../world.js';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(() => world.app.sql('delete from connection_failures'));

type Params = Record<string, string | null>;

/** Opens the callback of a new flow with these parameters in place of the code. */
async function answered(params: Params, user = world.member, query = ''): Promise<Page> {
  const callback = await world.provider.deny(await begin(world, user, query));
  return pageOf(await visit(world.app, user, withParams(callback, params)));
}

interface Page {
  status: number;
  text: string;
  links: string[];
  reference: string | null;
}

async function pageOf(answer: Response): Promise<Page> {
  const html = await answer.text();
  const links = [...html.matchAll(/href="(\/[^"]*)"/g)].map(([, path]) => path!.replaceAll('&amp;', '&'));
  const text = html.replaceAll(/<(script|style)[^]*?<\/\1>|<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
  return { status: answer.status, text, links, reference: /reference: (\w{8})/.exec(text)?.[1] ?? null };
}

async function lookUp(reference: string | null) {
  const variables = { reference: reference ?? '' };
  return (await world.admin.graphql.data(FailureReportDocument, variables)).failureReport;
}

const failures = () => world.app.sql('select 1 from connection_failures');
const retry = () => expect.stringMatching(`^/mcp-servers/${world.serverId}/oauth2/connect\\?origin=`);
const settings = () => `/servers/${world.serverId}`;

test('a user who declines can try again with the same target, and leaves no failure', async () => {
  const denial = { error: 'access_denied', error_description: 'REMOTE-TEXT' };
  const page = await answered(denial, world.member, '?return=/settings');
  expect(page).toMatchObject({ status: 403, text: expect.stringContaining('You declined'), reference: null });
  expect(page.text).not.toContain('REMOTE-TEXT');
  const [path] = page.links;
  expect(new URL(path!, world.app.publicUrl).searchParams.get('return')).toBe('/settings');
  expect((await visit(world.app, world.member, world.app.publicUrl + path!)).status).toBe(302);
  expect(await failures()).toEqual([]);
  const [event] = await world.app.sql<{ detail: unknown }>(
    `select detail from audit_events where action = 'MCP_SERVER_CONNECT_FAILED' order by id desc limit 1`,
  );
  expect(event?.detail).toEqual({ code: 'FORBIDDEN', denied: true });

  const ofAdmin = await answered(denial, world.admin);
  expect(ofAdmin.text).toContain('which only administrators see: “REMOTE-TEXT”');
});

test.each([
  'server_error',
  'temporarily_unavailable',
  'login_required',
  'interaction_required',
  'unauthorized_client',
  'unregistered',
])('after %s, the user can try again or give an administrator the reference', async (error) => {
  const page = await answered({ error });
  expect(page).toMatchObject({ status: 502, links: [retry()] });
  expect(page.text).toContain('If this keeps happening, give an administrator this reference');
  expect(await lookUp(page.reference)).toMatchObject({ serverId: world.serverId });
});

test.each(['invalid_request', 'invalid_scope', 'invalid_target', 'unsupported_response_type'])(
  'after %s, an administrator must act, who gets a link to the settings',
  async (error) => {
    const page = await answered({ error });
    expect(page).toMatchObject({ status: 502, links: [] });
    expect(page.text).toContain('Only an administrator of Switchboard can fix this.');
    expect(await lookUp(page.reference)).toMatchObject({ oauth2Error: error });
    expect((await answered({ error }, world.admin)).links).toEqual([settings()]);
  },
);

test('a callback that is used, late or of another session can be tried again', async () => {
  const { status, links } = await answered({ state: 'another' });
  expect({ status, links }).toEqual({ status: 400, links: [retry()] });
});

test('a disabled server leads administrators to its settings, and members as an unknown one does', async () => {
  const id = await createServer(world);
  await world.app.sql('update mcp_server_configs set enabled = false where id = $1', [id]);
  const open = async (serverId: string, user = world.member) =>
    pageOf(await visit(world.app, user, `${world.app.publicUrl}/mcp-servers/${serverId}/oauth2/connect`));
  expect((await open(id, world.admin)).links).toEqual([`/servers/${id}`]);
  for (const unknown of [id, '01900000-0000-7000-8000-000000000000'])
    expect(await open(unknown)).toMatchObject({ status: 404, links: ['/'], reference: null });
});

test('suggests resource: OMIT for AADSTS9010010 beside any error, and shows the words to administrators', async () => {
  const answer = {
    error: 'invalid_request',
    error_description: 'AADSTS9010010: The resource parameter does not match with the requested scopes. <b>',
  };
  const page = await answered(answer);
  expect(page.text).not.toMatch(/AADSTS|OMIT/);
  expect(await lookUp(page.reference)).toMatchObject({
    oauth2Error: 'invalid_request',
    remoteMessage: answer.error_description,
    suggestedSettings: [{ setting: 'resource: OMIT' }],
  });
  const { text } = await answered(answer, world.admin);
  expect(text).toContain('AADSTS9010010');
  expect(text).toContain('resource: OMIT');
  expect(text).toContain('&lt;b&gt;');
  expect(JSON.stringify(world.app.logs)).not.toContain('AADSTS');
});

describe('an error without state', () => {
  const stateless = (params: Params) => ({ state: null, iss: null, ...params });

  test('is recorded with its description, acts on nothing, and can be tried again', async () => {
    const params = { error: 'access_denied', error_description: 'AADSTS65004: declined' };
    const callback = await world.provider.approve(await begin(world, world.member));
    const answer = await visit(
      world.app,
      world.member,
      withParams(callback, stateless({ code: null, ...params })),
    );
    const page = await pageOf(answer);
    expect(page).toMatchObject({ status: 502, links: [retry()], text: expect.stringContaining('declined') });
    expect(page.text).not.toContain('AADSTS');
    expect(await lookUp(page.reference)).toMatchObject({
      step: 'AUTHORIZATION_RESPONSE',
      oauth2Error: 'access_denied',
      remoteMessage: params.error_description,
      message: expect.stringContaining('without the parameter “state”'),
    });
    expect((await visit(world.app, world.member, callback)).status).toBe(200);
  });

  test('of an unregistered code is not repeated', async () => {
    const page = await answered(stateless({ error: 'REMOTE-TEXT' }));
    expect(page.text).not.toContain('REMOTE-TEXT');
    expect(await lookUp(page.reference)).toMatchObject({ oauth2Error: '' });
  });

  test.each([
    ['of a session without a flow', `delete from oauth2_flows`],
    ['after the flow has expired', `update oauth2_flows set expires_at = now()`],
    ['after the flow was claimed', `update oauth2_flows set claimed_at = now()`],
    [
      'with a flow at another server alone',
      `update oauth2_flows set mcp_server_config_id = (select id from mcp_server_configs order by id desc limit 1)`,
    ],
  ])('%s is not taken for the provider’s', async (_what, statement) => {
    await createServer(world);
    const callback = await world.provider.deny(await begin(world, world.member));
    await world.app.sql(statement);
    const params = stateless({ error: 'server_error', error_description: 'call +1 555 0100' });
    const page = await pageOf(await visit(world.app, world.member, withParams(callback, params)));
    expect(page).toMatchObject({
      status: 400,
      text: expect.stringContaining('does not belong to this browser'),
    });
    expect(await lookUp(page.reference)).toMatchObject({ oauth2Error: '', remoteMessage: '' });
  });
});
