// PostGraphile 5 on Switchboard's tables. It plans the list as one statement. It has no transaction per request, because no
// setting of a session is needed.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { context, lambda, type Step } from 'postgraphile/grafast';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { extendSchema } from 'postgraphile/utils';
import { reportPort } from '../report-port.js';
import { findViewer, openPool } from './catalogue-api.js';

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- Grafast's way to declare the context.
  namespace Grafast {
    interface Context {
      viewerId: string;
    }
  }
}

const sessions = openPool();

/** The step of a row of a table. */
interface RowStep extends Step {
  get(column: string): Step;
}

const authConnected = extendSchema((build) => {
  const accounts = build.pgResources.mcp_server_user_tokens as unknown as { get(key: object): RowStep };
  return {
    typeDefs: 'extend type McpServerConfig { authConnected: Boolean! }',
    objects: {
      McpServerConfig: {
        plans: {
          authConnected(server: RowStep) {
            const account = accounts.get({
              mcp_server_config_id: server.get('id'),
              user_id: context().get('viewerId'),
            });
            const facts = [
              account.get('status'),
              account.get('expires_at'),
              account.get('has_refresh_token'),
            ];
            return lambda(
              [server.get('auth_type'), ...facts],
              ([authType, status, expiresAt, hasRefreshToken]) =>
                authType !== 'OAUTH2' ||
                (status === 'CONNECTED' &&
                  (expiresAt === null ||
                    new Date(expiresAt as string) > new Date() ||
                    hasRefreshToken === true)),
              true,
            );
          },
        },
      },
    },
  };
});

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [authConnected],
  pgServices: [
    makePgService({
      connectionString: process.argv[2] ?? '',
      schemas: ['public'],
      poolConfig: { max: 10, options: '-c TimeZone=UTC' },
    }),
  ],
  grafast: {
    explain: false,
    context: async ({ node }) => ({
      viewerId: (await findViewer(sessions, node?.req.headers ?? {})).id,
    }),
  },
  grafserv: { graphiql: false, watch: false, graphqlPath: '/graphql' },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(0, '127.0.0.1', () => reportPort((server.address() as AddressInfo).port));
