import { openTokenAccess } from '../accounts/token-access.js';
import {
  ApiTokensDocument,
  AuditEventsDocument,
  FailureReportDocument,
  FailureReportsDocument,
  McpServerConfigsDocument,
  McpServerAccountsDocument,
  McpServerRevocationsDocument,
  MyAccountsDocument,
  UsersDocument,
  type AuditEventsQuery,
  type EveryAuditEventFieldFragment,
} from '../generated/graphql.js';
import { stateHash } from '../../src/oauth2/requests/authorization.js';
import { sealedColumns } from '../../src/secrets/sealed-values.js';
import type { TestApp } from '../support/app.js';
import { Browser } from '../support/browser/browser.js';
import { client, type GraphqlClient } from '../support/graphql.js';
import {
  upgradeDatabase,
  type Contents,
  type KeptDiagnosis,
  type UpgradedDatabase,
} from './upgraded-database.js';

let upgraded: UpgradedDatabase;
let contents: Contents;
let app: TestApp;
let admin: GraphqlClient;

beforeAll(async () => {
  upgraded = await upgradeDatabase('version-0.1.0');
  ({ contents, app } = upgraded);
  const found = contents.sessions.find(({ user }) => user === 'admin@example.com');
  admin = client(app, { session: found?.session });
});
afterAll(() => upgraded.close());

const byKey = <Row>(rows: readonly Row[], key: (row: Row) => string) =>
  rows.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));

test('the migrated schema is that of the entities', async () => {
  expect(await app.orm.schema.getUpdateSchemaSQL()).toBe('');
});

test('no background task that deletes rows of the earlier version has run here', async () => {
  const tasks = await app.sql<{ name: string }>(
    `select name from background_tasks
     where due_at < '2126-01-01 00:00:00+00' and name not in ('expiring-clients', 'upstream-sessions')`,
  );
  expect(tasks).toEqual([]);
});

test('every secret opens at its place', async () => {
  const opened = [];
  for (const { table, column, key } of sealedColumns(app.orm.em)) {
    const rows = await app.sql<{ row: string; sealed: string }>(
      `select "${key.column}"::text as row, "${column}" as sealed from "${table}" where "${column}" is not null`,
    );
    for (const { row, sealed } of rows) {
      opened.push({ table, column, row, plaintext: await app.vault.open(sealed, { table, column, row }) });
    }
  }
  const place = ({ table, column, row }: Contents['secrets'][number]) => `${table}.${column} ${row}`;
  expect(byKey(opened, place)).toEqual(byKey(contents.secrets, place));
});

test('keys are known, and the removed one stays removed', async () => {
  const keys = await app.sql<{ id: string; removed: boolean }>(
    'select id, canary is null as removed from encryption_keys order by id',
  );
  expect(keys).toEqual([
    { id: contents.removedKey, removed: true },
    { id: 'key-2026', removed: false },
    { id: 'key-2027', removed: false },
  ]);
});

test('every user is there', async () => {
  const { users } = await admin.data(UsersDocument, { first: 200 });
  expect(
    byKey(
      users.edges.map(({ node }) => node),
      ({ id }) => id,
    ),
  ).toEqual(byKey(contents.users, ({ id }) => id));
});

test('sessions that were valid are valid, and no others', async () => {
  for (const { user, session, valid } of contents.sessions) {
    const { data } = await client(app, { session }).query<{ viewer: { email: string } }>(
      '{ viewer { email } }',
    );
    expect([user, data?.viewer.email]).toEqual([user, valid ? user : undefined]);
  }
});

test('every API token is listed for its owner, and signs requests in', async () => {
  const listed = [];
  for (const { user, session, valid } of contents.sessions) {
    if (!valid) continue;
    const { apiTokens } = await client(app, { session }).data(ApiTokensDocument, {});
    for (const { id, name, scope, createdAt, expiresAt } of apiTokens)
      listed.push({ user, id, name, scope, createdAt, expiresAt });
  }
  const id = (apiToken: { id: string }) => apiToken.id;
  expect(byKey(contents.apiTokens, id)).toMatchObject(byKey(listed, id));
  for (const { user, token } of contents.apiTokens) {
    const { viewer } = await client(app, { token }).data<{ viewer: { email: string } }>(
      '{ viewer { email } }',
    );
    expect(viewer.email).toBe(user);
  }
  const { errors } = await client(app, { token: contents.revokedApiToken }).query('{ viewer { email } }');
  expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
});

/** The strict values of the compatibility settings that were added later. */
const added = { tokenType: 'REQUIRE_BEARER', consentPrompt: 'AUTO' };

test('every server is listed with its settings', async () => {
  const { mcpServerConfigs } = await admin.data(McpServerConfigsDocument, {});
  expect(mcpServerConfigs).toHaveLength(contents.servers.length);
  const found = new Map(mcpServerConfigs.map((server) => [server.id, server]));
  for (const { fields, compatibility, activeSettings, ...expected } of contents.servers) {
    const server = found.get(fields.id);
    expect(server).toMatchObject(fields);
    expect({
      accountCount: server?.accountCount,
      clientFailure: server?.oauth2ClientFailure,
      clientFailureAt: server?.oauth2ClientFailureAt,
    }).toEqual(expected);
    const { activeSettings: active = null, ...settings } = server?.oauth2Compatibility ?? {};
    expect(server?.oauth2Compatibility && settings).toEqual(compatibility && { ...added, ...compatibility });
    expect(active?.map(({ setting }) => setting) ?? null).toEqual(activeSettings);
  }
});

test('every account with tokens belongs to the client of its server', async () => {
  const accounts = await app.sql<{ matches: boolean }>(
    `select t.client_id = s.oauth2_client_id
       and t.client_is_public = (coalesce(s.oauth2_token_auth_method, '') = 'none') as matches
     from mcp_server_user_tokens t join mcp_server_configs s on s.id = t.mcp_server_config_id
     where t.access_token is not null`,
  );
  expect(accounts.length).toBeGreaterThan(0);
  expect(new Set(accounts.map(({ matches }) => matches))).toEqual(new Set([true]));
});

test('every account is listed at its server, with its state', async () => {
  const listed = [];
  for (const { fields } of contents.servers) {
    if (fields.authType !== 'OAUTH2') continue;
    const { mcpServerAccounts } = await admin.data(McpServerAccountsDocument, {
      serverId: fields.id,
      first: 100,
    });
    for (const { node } of mcpServerAccounts.edges) {
      const { user, serverId: server, ...account } = node;
      listed.push({ user: user?.email, server, ...account });
    }
  }
  const owner = ({ user, server }: { user?: string | undefined; server: string }) => `${server} ${user}`;
  const refreshable = new Set(
    contents.secrets.filter(({ column }) => column === 'refresh_token').map(({ row }) => row),
  );
  const stored = contents.accounts.map(({ id, generation: _generation, ...account }) => ({
    ...account,
    hasRefreshToken: refreshable.has(id),
    // That an account has expired is computed; its message is no stored text.
    failure: account.failure && {
      ...account.failure,
      message: account.failure.code === 'EXPIRED' ? expect.any(String) : account.failure.message,
    },
  }));
  expect(byKey(listed, owner)).toEqual(byKey(stored, owner));
});

test('every user sees their own accounts', async () => {
  for (const { user, session, valid } of contents.sessions) {
    if (!valid) continue;
    const { myAccounts } = await client(app, { session }).data(MyAccountsDocument, {});
    const listed = myAccounts.map(({ serverId, status }) => `${serverId} ${status}`);
    const stored = contents.accounts.filter((account) => account.user === user);
    expect(listed.toSorted()).toEqual(stored.map(({ server, status }) => `${server} ${status}`).toSorted());
  }
});

test('accounts keep their ids and generations', async () => {
  const rows = await app.sql<{ id: string; generation: number }>(
    'select id, generation from mcp_server_user_tokens',
  );
  const stored = contents.accounts.map(({ id, generation }) => ({ id, generation }));
  expect(byKey(rows, ({ id }) => id)).toEqual(byKey(stored, ({ id }) => id));
});

test('an access token that has not expired is served to its user', async () => {
  const tokens = await openTokenAccess(app);
  try {
    const plaintext = new Map(
      contents.secrets
        .filter(({ column }) => column === 'access_token')
        .map((secret) => [secret.row, secret]),
    );
    const users = new Map(contents.users.map((user) => [user.email, user]));
    const unexpired = contents.accounts.filter(({ expiresAt }) => expiresAt?.startsWith('2126'));
    expect(unexpired.length).toBeGreaterThan(5);
    for (const { id, user, server } of unexpired) {
      const token = await tokens.accessToken(users.get(user)!, server);
      expect(token.accessToken).toBe(plaintext.get(id)?.plaintext);
    }
  } finally {
    await tokens.close();
  }
});

/** Actions that the migration renames. */
const renamedActions: Record<string, string> = {
  CONNECTION_ENDED: 'ACCOUNT_ENDED',
  CONNECTION_REFRESH_FAILED: 'ACCOUNT_REFRESH_FAILED',
};

function withRenamedValues(event: Contents['auditEvents'][number]) {
  const { action, detail } = event;
  const { id: subjectId, ...subject } = event.subject;
  const user = event.affectedUser;
  const isRenamed = action === 'SIGN_IN_REFUSED' && detail.reason === 'ACCOUNT_DISABLED';
  return {
    ...event,
    action: renamedActions[action] ?? action,
    subject: { subjectId, ...subject },
    affectedUser: user && { userId: user.id, email: user.email },
    detail: isRenamed ? { ...detail, reason: 'USER_DISABLED' } : detail,
  };
}

test('every audit event is listed, and found by its action', async () => {
  const listed: EveryAuditEventFieldFragment[] = [];
  for (let after: string | null = null, more = true; more;) {
    const { auditEvents }: { auditEvents: NonNullable<AuditEventsQuery['auditEvents']> } = await admin.data(
      AuditEventsDocument,
      { first: 50, after },
    );
    listed.push(...auditEvents.edges.map(({ node }) => node));
    ({ hasNextPage: more, endCursor: after = null } = auditEvents.pageInfo);
  }
  expect(listed).toEqual(contents.auditEvents.map(withRenamedValues));
  for (const action of new Set(listed.map((event) => event.action))) {
    const { auditEvents } = await admin.data(AuditEventsDocument, {
      first: 100,
      filter: { actions: [action] },
    });
    expect(auditEvents.edges.map(({ node }) => node)).toEqual(
      listed.filter((event) => event.action === action),
    );
  }
});

test('the audit log is append-only after the migration has renamed its values', async () => {
  await expect(app.sql(`update audit_events set action = 'SIGNED_IN'`)).rejects.toThrow(
    'audit_events is append only',
  );
});

test('every failure is listed, and looked up by its reference', async () => {
  const { failureReports } = await admin.data(FailureReportsDocument, { first: 200 });
  const listed = [];
  for (const { node } of failureReports.edges) {
    const { serverId: server, user, suggestedSettings, remoteMessage, ...failure } = node;
    expect(remoteMessage).toBe('');
    listed.push({ server, user: user?.email, suggestedSettings, ...failure });
  }
  expect(listed).toEqual(contents.failures);
  for (const { reference, message } of contents.failures) {
    const { failureReport } = await admin.data(FailureReportDocument, { reference });
    expect(failureReport).toMatchObject({ reference, message });
  }
});

test('every kept diagnosis is readable', async () => {
  const fields = `startedAt durationMs url version succeeded failure { layer responsibleParty message remedy }
    steps { layer name url expected outcome detail status contentType durationMs }`;
  const document = `query ($id: ID!) { mcpServerConfig(id: $id) {
    lastDiagnosis { ${fields} } lastSuccessfulDiagnosis { ${fields} }
    diagnosisChanges { before { name outcome } now { name outcome } } } }`;
  for (const { server, last, lastSuccess, changes } of contents.diagnoses) {
    const { mcpServerConfig } = await admin.data<{
      mcpServerConfig: {
        lastDiagnosis: KeptDiagnosis;
        lastSuccessfulDiagnosis: KeptDiagnosis | null;
        diagnosisChanges: unknown;
      };
    }>(document, { id: server });
    expect(mcpServerConfig.lastDiagnosis).toEqual(last);
    expect(mcpServerConfig.lastSuccessfulDiagnosis).toEqual(lastSuccess);
    expect(mcpServerConfig.diagnosisChanges).toEqual(changes);
  }
});

test('every revocation is listed, those that are pending and those that are not', async () => {
  for (const status of [null, 'PENDING', 'GIVEN_UP'] as const) {
    const { mcpServerRevocations } = await admin.data(McpServerRevocationsDocument, { first: 100, status });
    const listed = [];
    for (const { node } of mcpServerRevocations.edges) {
      const { serverId: server, user, ...revocation } = node;
      listed.push({ server, user: user?.email ?? null, ...revocation });
    }
    const stored = contents.revocations.filter((revocation) => !status || revocation.status === status);
    expect(listed).toEqual(stored);
  }
});

test('every flow is under way, for its user and server', async () => {
  for (const { email, server, state } of contents.flows) {
    const flows = await app.sql(
      `select u.email, f.mcp_server_config_id as server from oauth2_flows f join users u on u.id = f.user_id
       where f.state_hash = $1 and f.claimed_at is null`,
      [stateHash(state)],
    );
    expect(flows).toEqual([{ email, server }]);
  }
});

test('sign-in links work once', async () => {
  for (const { path } of contents.signInLinks) {
    expect((await new Browser(app).post(path)).location).toBe(`${app.url}/`);
    expect((await new Browser(app).post(path)).location).toBeNull();
  }
  expect((await new Browser(app).post(contents.usedSignInLink)).location).toBeNull();
});
