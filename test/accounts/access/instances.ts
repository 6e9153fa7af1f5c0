import pg from 'pg';
import { KeyRing } from '../../../src/secrets/vault.js';
import { startApp } from '../../support/app.js';
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../../support/oauth/authorization-server.js';
import { Installation } from '../../support/command-line.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { client } from '../../support/graphql.js';
import { startMcpServer } from '../../support/mcp/mcp-server.js';
import { seedSignedInUser, type SignedInUser } from '../../support/seed.js';
import { callTool } from '../../tools/tool-calls.js';
import { createServer, visit } from '../world.js';

/** The public URL of all instances. Nothing listens there, because the tests choose the instance themselves. */
const publicUrl = 'http://localhost:4999';

/** A process of `npm start`. */
export interface Instance {
  url: string;
  /** The keys that it was started with. */
  keys: string;
  stop(): Promise<void>;
}

/** Several servers on one PostgreSQL, with one OAuth server in the catalogue and signed-in users. */
export class Fleet {
  readonly #database: TestDatabase;
  readonly #pool: pg.Pool;

  private constructor(
    database: TestDatabase,
    readonly installation: Installation,
    readonly provider: AuthorizationServer,
    readonly users: readonly SignedInUser[],
    readonly serverId: string,
    private readonly closeMcp: () => Promise<void>,
  ) {
    this.#database = database;
    this.#pool = new pg.Pool({ connectionString: database.url, max: 2 });
    this.#pool.on('error', () => {});
  }

  /** @param keys what the server's own secrets are sealed with */
  static async make(keys: string, { users: count }: { users: number }): Promise<Fleet> {
    const database = await createTestDatabase();
    const provider = await startAuthorizationServer();
    const mcp = await startMcpServer({ authorizationServer: provider });
    const app = await startApp({ databaseUrl: database.url, keys: KeyRing.parse(keys), publicUrl });
    const admin = await seedSignedInUser(app, { role: 'ADMIN' });
    const serverId = await createServer({ admin, mcp });
    const users: SignedInUser[] = [];
    while (users.length < count) users.push(await seedSignedInUser(app));
    await app.close();
    const installation = await Installation.make({
      DATABASE_URL: database.url,
      PUBLIC_URL: publicUrl,
      ALLOWED_PRIVATE_CIDRS: '127.0.0.0/8',
      // Users who connect again and again would reach the limit on a fast machine.
      RATE_LIMIT_FLOWS: '0',
    });
    return new Fleet(database, installation, provider, users, serverId, () => mcp.close());
  }

  get databaseUrl(): string {
    return this.#database.url;
  }

  async start(keys: string): Promise<Instance> {
    const server = await this.installation.serve({ SWITCHBOARD_ENCRYPTION_KEYS: keys });
    return {
      url: `http://localhost:${server.ready.port}`,
      keys,
      async stop() {
        await server.stop();
      },
    };
  }

  /** Replaces an instance: starts the new one, then stops the old one. */
  async replace(instance: Instance, keys: string): Promise<Instance> {
    const next = await this.start(keys);
    await instance.stop();
    return next;
  }

  async sql<T extends pg.QueryResultRow>(statement: string, values: readonly unknown[] = []): Promise<T[]> {
    return (await this.#pool.query<T>(statement, [...values])).rows;
  }

  /** Begins the authorization at one instance, and returns from the provider to another. */
  async connect(
    user: SignedInUser,
    { start, callback }: { start: Instance; callback: Instance },
  ): Promise<void> {
    const begun = await visit(
      { publicUrl },
      user,
      `${start.url}/mcp-servers/${this.serverId}/oauth2/connect`,
    );
    const location = begun.headers.get('location');
    if (location === null) throw new Error(`connect answered ${begun.status}: ${await begun.text()}`);
    const back = await this.provider.approve(location, user.email);
    const finished = await visit({ publicUrl }, user, back.replace(publicUrl, callback.url));
    if (finished.status !== 200)
      throw new Error(`callback answered ${finished.status}: ${await finished.text()}`);
  }

  /** Returns the user that the MCP server sees when this user calls a tool through this instance. */
  async whoami(user: SignedInUser, { url }: Instance): Promise<string> {
    const graphql = client({ url, publicUrl }, { session: user.session });
    const { content } = await callTool({ graphql }, this.serverId, 'whoami');
    return (content as { text: string }[])[0]?.text ?? '';
  }

  /** Makes this user's access token expired. */
  async expire(user: SignedInUser): Promise<void> {
    await this.sql(
      `update mcp_server_user_tokens set expires_at = now() - interval '1 second' where user_id = $1`,
      [user.id],
    );
  }

  /** Returns the refresh tokens that the provider received, in order. */
  refreshes(): string[] {
    return this.provider.requests
      .filter(({ path }) => path.endsWith('/token'))
      .map(({ body }) => new URLSearchParams(body).get('refresh_token') ?? '')
      .filter((token) => token !== '');
  }

  async close(): Promise<void> {
    await this.installation.remove();
    await this.closeMcp();
    await this.provider.close();
    await this.#pool.end();
    await this.#database.drop();
  }
}
