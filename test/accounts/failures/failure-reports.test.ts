import { sweepFailureReports } from '../../../src/accounts/failures/record-failure.js';
import { readReference } from '../../../src/accounts/failures/failure-reference.js';
import {
  FailureReportDocument,
  FailureReportsDocument,
  type FailureReportQuery,
} from '../../generated/graphql.js';
import { startHandcraftedServer, type HandcraftedServer } from '../../support/handcrafted-server.js';
import { seedAccount, seedOAuth2Server, seedSignedInUser, seedServer } from '../../support/seed.js';
import { callError, listingError } from '../../tools/tool-calls.js';
import { begin, startWorld, visit, withParams, type World } from '../world.js';

const remoteText = 'REMOTE-TEXT-<script>alert(1)</script>';

let world: World;
let hostile: HandcraftedServer;

beforeAll(async () => {
  world = await startWorld();
  hostile = await startHandcraftedServer();
});
afterAll(async () => {
  await world.close();
  await hostile.close();
});
beforeEach(() => world.app.sql('delete from connection_failures'));

async function lookUp(reference: unknown): Promise<NonNullable<FailureReportQuery['failureReport']>> {
  const variables = { reference: String(reference) };
  return (await world.admin.graphql.data(FailureReportDocument, variables)).failureReport;
}

/** Returns the reference on a popup's page, which must contain no remote text. */
async function referenceOn(answer: Response): Promise<string> {
  const page = await answer.text();
  expect(page).not.toMatch(/REMOTE-TEXT/i);
  const reference = /give an administrator this reference: <strong>([^<]*)<\/strong>/.exec(page)?.[1];
  if (reference === undefined) throw new Error(`The page shows no reference: ${page}`);
  expect(reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/);
  return reference;
}

/** Opens a callback URL with an error of the provider. */
async function refusedBy(error: string, description = remoteText): Promise<Response> {
  const callback = await world.provider.approve(await begin(world, world.member));
  const params = { code: null, error, error_description: description };
  return visit(world.app, world.member, withParams(callback, params));
}

/** Creates a server that `hostile` plays. It answers each POST with an error. */
async function hostileServer(): Promise<string> {
  hostile.answer('/mcp', { status: 500, headers: { 'content-type': 'text/html' }, text: remoteText });
  return (await seedServer(world.app, { url: `${hostile.origin}/mcp`, displayName: 'Broken' })).id;
}

test('looks up the provider’s refusal by the reference on the page', async () => {
  const reference = await referenceOn(await refusedBy('invalid_scope'));
  const failure = await lookUp(reference);
  expect(failure).toEqual({
    reference,
    serverId: world.serverId,
    serverName: 'Notes',
    user: { email: world.member.email },
    step: 'AUTHORIZATION_RESPONSE',
    code: 'UPSTREAM_ERROR',
    oauth2Error: 'invalid_scope',
    httpStatus: null,
    message: expect.stringContaining('refused the requested scopes'),
    remoteMessage: remoteText,
    occurrences: 1,
    suggestedSettings: [],
    firstFailedAt: expect.any(String),
    lastFailedAt: failure.firstFailedAt,
  });
});

test('keeps the provider’s description as one line of 500 characters, for administrators alone', async () => {
  const description = `AADSTS9010010:\r\n\u0007 REMOTE-TEXT \u202e${'x'.repeat(2_000)}`;
  const reference = await referenceOn(await refusedBy('invalid_scope', description));
  const { remoteMessage } = await lookUp(reference);
  expect(remoteMessage).toMatch(/^AADSTS9010010: REMOTE-TEXT x+$/);
  expect(remoteMessage).toHaveLength(500);
  const asMember = await world.member.graphql.query(FailureReportDocument, { reference });
  expect(JSON.stringify(asMember)).not.toContain('AADSTS');
  expect(JSON.stringify(world.app.logs)).not.toContain('AADSTS9010010');
});

test('keeps the description of the last failure of a kind', async () => {
  for (const description of ['first', '', 'last \u00a0']) {
    const failure = await lookUp(await referenceOn(await refusedBy('invalid_scope', description)));
    expect(failure.remoteMessage).toBe(description.trim());
  }
  expect(await world.app.sql('select occurrences from connection_failures')).toEqual([{ occurrences: 3 }]);
});

test('does not repeat an unregistered error code', async () => {
  const failure = await lookUp(await referenceOn(await refusedBy(remoteText)));
  expect(failure).toMatchObject({ oauth2Error: '', message: 'The provider refused the authorization.' });
  const { remoteMessage: _description, ...others } = failure;
  expect(JSON.stringify(others)).not.toMatch(/REMOTE-TEXT/i);
});

test('reports the provider’s answer to a refused token request', async () => {
  const description = 'AADSTS7000215: no client for a-secret%2Bcode, see a-secret+code';
  hostile.answer('/token', {
    status: 401,
    json: { error: 'invalid_client', error_description: description, access_token: remoteText },
  });
  const { id } = await seedOAuth2Server(world.app, {
    oauth2Issuer: '',
    oauth2AuthUrl: `${hostile.origin}/authorize`,
    oauth2TokenUrl: `${hostile.origin}/token`,
  });
  const asked = new URL(await begin(world, world.member, '', id));
  const callback = withParams(asked.searchParams.get('redirect_uri')!, {
    state: asked.searchParams.get('state')!,
    code: 'a-secret+code',
  });
  const failure = await lookUp(await referenceOn(await visit(world.app, world.member, callback)));
  expect(failure).toMatchObject({
    serverId: id,
    step: 'TOKEN_REQUEST',
    code: 'UPSTREAM_ERROR',
    oauth2Error: 'invalid_client',
    httpStatus: 401,
    remoteMessage: 'AADSTS7000215: no client for [removed], see [removed]',
  });
  const stored = JSON.stringify(await world.app.sql('select * from connection_failures'));
  expect(stored).not.toMatch(/REMOTE-TEXT|a-secret/i);
});

test('gives a reference for incomplete settings', async () => {
  const { id } = await seedOAuth2Server(world.app, { oauth2ClientId: '', oauth2AuthUrl: '' });
  const connect = `${world.app.publicUrl}/mcp-servers/${id}/oauth2/connect`;
  const failure = await lookUp(await referenceOn(await visit(world.app, world.member, connect)));
  expect(failure).toMatchObject({ step: 'AUTHORIZATION_REQUEST', code: 'BAD_USER_INPUT' });
  expect(failure.message).toContain('authorization URL is not configured');
});

test('gives a reference in the error of a failed tool call, and reports the HTTP status', async () => {
  const id = await hostileServer();
  const error = await callError(world.member, id, 'whoami');
  expect(error.extensions).toEqual({ code: 'UPSTREAM_ERROR', reference: expect.any(String) });
  expect(JSON.stringify(error)).not.toMatch(/REMOTE-TEXT/i);
  expect(await lookUp(error.extensions.reference)).toMatchObject({
    serverId: id,
    user: { email: world.member.email },
    step: 'CALL_TOOL',
    code: 'UPSTREAM_ERROR',
    httpStatus: 500,
  });
  expect((await listingError(world.member, id)).extensions.reference).not.toBe(error.extensions.reference);
});

test('reports an account that has ended, but not one that was never connected', async () => {
  const { id } = await seedOAuth2Server(world.app);
  const never = await listingError(world.member, id);
  expect(never.extensions).toMatchObject({ code: 'NEEDS_AUTHORIZATION' });
  expect(never.extensions.reference).toBeUndefined();

  await seedAccount(world.app, { userId: world.member.id, serverId: id });
  await world.app.sql(
    `update mcp_server_user_tokens set status = 'NEEDS_AUTHORIZATION', access_token = null,
       failure_code = 'INVALID_GRANT', failure_at = now(), failure_reason = 'The provider has ended this connection. Connect again.' where mcp_server_config_id = $1`,
    [id],
  );
  const ended = await listingError(world.member, id);
  expect(await lookUp(ended.extensions.reference)).toMatchObject({
    step: 'REFRESH',
    code: 'NEEDS_AUTHORIZATION',
    oauth2Error: 'invalid_grant',
    message: 'The provider has ended this connection. Connect again.',
  });
});

test('keeps one reference for a repeated failure, also when it happens concurrently', async () => {
  const id = await hostileServer();
  const errors = await Promise.all(Array.from({ length: 8 }, () => callError(world.member, id, 'whoami')));
  const references = new Set(errors.map(({ extensions }) => extensions.reference));
  expect(references.size).toBe(1);
  expect(await lookUp([...references][0])).toMatchObject({ occurrences: 8 });
  const other = await callError(world.other, id, 'whoami');
  expect(references).not.toContain(other.extensions.reference);
  expect(await world.app.sql('select 1 from connection_failures')).toHaveLength(2);
});

test('refuses members, also for their own failures', async () => {
  const id = await hostileServer();
  const { extensions } = await callError(world.member, id, 'whoami');
  const variables = { reference: String(extensions.reference) };
  for (const answer of [
    await world.member.graphql.query(FailureReportDocument, variables),
    await world.member.graphql.query(FailureReportsDocument, { serverId: id, first: 1 }),
  ]) {
    expect(Object.values(answer.data ?? {})).toEqual([null]);
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  }
});

test('lists the failures of one server, the latest first', async () => {
  const id = await hostileServer();
  await refusedBy('server_error');
  const call = await callError(world.member, id, 'whoami');
  const list = await listingError(world.other, id);
  await callError(world.member, id, 'whoami');
  const { failureReports } = await world.admin.graphql.data(FailureReportsDocument, {
    serverId: id,
    first: 50,
  });
  expect(failureReports.edges.map(({ node }) => node.reference)).toEqual([
    call.extensions.reference,
    list.extensions.reference,
  ]);
  const all = await world.admin.graphql.data(FailureReportsDocument, { first: 50 });
  expect(all.failureReports.totalCount).toBe(3);
  const error = await world.admin.graphql.error(FailureReportsDocument, { first: 201 });
  expect(error.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'first' }] });
});

test('finds a reference as users type it, and answers NOT_FOUND for an unknown one', async () => {
  const reference = await referenceOn(await refusedBy('server_error'));
  const typed = ` ${reference.slice(0, 4)}-${reference.slice(4)} `.toLowerCase().replaceAll('0', 'o');
  expect(await lookUp(typed)).toMatchObject({ reference });
  expect(readReference('il0O-oi')).toBe('110001');
  const error = await world.admin.graphql.error(FailureReportDocument, { reference: 'nothing' });
  expect(error.extensions.code).toBe('NOT_FOUND');
});

test('deletes failures that have not happened for 30 days', async () => {
  await refusedBy('invalid_scope');
  const reference = await referenceOn(await refusedBy('server_error'));
  await world.app.sql(
    `update connection_failures set last_failed_at = now() - case when reference = $1
       then interval '29 days' else interval '31 days' end`,
    [reference],
  );
  expect(await sweepFailureReports(world.app.orm.em)).toBe(1);
  expect(await world.app.sql('select reference from connection_failures')).toEqual([{ reference }]);
});

test('answers with the failure even if it cannot be stored', async () => {
  const id = await hostileServer();
  await world.app.sql('alter table connection_failures rename to hidden');
  try {
    const error = await callError(world.member, id, 'whoami');
    expect(error.message).toContain('HTTP 500');
    expect(error.extensions).toEqual({ code: 'UPSTREAM_ERROR' });
    const page = await (await refusedBy('server_error')).text();
    expect(page).toContain('The provider failed');
    expect(page).not.toContain('this reference');
  } finally {
    await world.app.sql('alter table hidden rename to connection_failures');
  }
  expect(world.app.logs).toContainEqual(
    expect.objectContaining({ msg: expect.stringContaining('Failure report not stored') }),
  );
});

test('deletes reports with their server', async () => {
  const id = await hostileServer();
  await callError(await seedSignedInUser(world.app), id, 'whoami');
  await world.app.sql('delete from mcp_server_configs where id = $1', [id]);
  expect(await world.app.sql('select 1 from connection_failures')).toHaveLength(0);
});
