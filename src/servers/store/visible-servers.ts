import type { EntityManager } from '@mikro-orm/postgresql';
import { sql, type Expression, type Selectable } from 'kysely';
import type { HotRead, HotReads, HotRow } from '../../database/hot-reads.js';
import { queries, type Tables } from '../../database/queries.js';
import type { GuardedFetch } from '../../net/guarded-fetch.js';
import { adminColumns, memberColumns } from '../fields/fields.js';
import { McpServerConfigSchema, type AuthType, type Availability } from './mcp-server-config.entity.js';
import { oauth2CallbackUrl } from './oauth2-client.js';

type MemberColumn = (typeof memberColumns)[number];
type AdminColumn = (typeof adminColumns)[number];

/** A row of the table, by property. */
export type ServerColumns = Selectable<Tables<typeof McpServerConfigSchema>['McpServerConfig']>;

/**
 * A server as one viewer may read it: a plain row with the names of GraphQL. It has the administrators' fields for
 * administrators only, and never a secret. Times are ISO texts.
 */
export interface VisibleServer
  extends HotRow<Pick<ServerColumns, MemberColumn>>, Partial<HotRow<Pick<ServerColumns, AdminColumn>>> {
  /** The viewer's account at the server can be used. It says nothing about a server without OAUTH2. */
  isAccountUsable?: boolean;
  /** Administrators only. By the current PUBLIC_URL. */
  oauth2CallbackUrl?: string;
  /** Administrators only. By the current ALLOWED_PRIVATE_CIDRS. */
  needsHttps?: boolean;
}

/**
 * Returns true if credentials would have to travel over plain HTTP to the server, so that nothing is sent to it. A host
 * name that can resolve to an allowed address is decided at connect.
 */
export function needsHttps(
  { url, authType }: { url: string; authType: AuthType },
  { mayBeListed }: Pick<GuardedFetch, 'mayBeListed'>,
): boolean {
  return authType !== 'NONE' && url.startsWith('http://') && !mayBeListed(url);
}

const everyColumn = [...memberColumns, ...adminColumns];

/** The columns that other fields depend on, requested or not. */
const neededColumns = new Set<string>(['id', 'authType']);

/** Conditions that all have to hold. */
export interface ServerConditions {
  id?: string;
  slug?: string;
  enabled?: boolean;
  authType?: AuthType;
  availability?: Availability;
  /** A pattern of ILIKE. It is compared with fields that the viewer may read, because a match reveals their content. */
  pattern?: string;
}

/** Everything that the text of the statement depends on. */
interface Shape {
  isAdmin: boolean;
  columns: readonly (typeof everyColumn)[number][];
  readsAccounts: boolean;
  conditions: readonly (keyof ServerConditions)[];
}

type Values = Required<ServerConditions> & { userId: string };

export interface VisibleServersDeps {
  /** The global entity manager: hot reads need no fork. */
  em: EntityManager;
  reads: HotReads;
  /** An origin, without a trailing slash. */
  publicUrl: string;
  outbound: Pick<GuardedFetch, 'mayBeListed'>;
  /** Selects the ids of the servers where the user has an account that can be used. */
  serversWithUsableAccount(userId: string): Expression<string>;
}

/**
 * The fast path of `mcpServerConfigs` and `mcpServerConfig`: one hot read returns the requested columns of any number of
 * servers, and whether the viewer's accounts can be used.
 */
export class VisibleServers {
  readonly #deps: VisibleServersDeps;

  constructor(deps: VisibleServersDeps) {
    this.#deps = deps;
  }

  /**
   * Returns the servers that this viewer may read and that meet all conditions, by display name. For members, disabled
   * servers do not exist and the administrators' columns are not selected.
   * @param fields the fields of `McpServerConfig` that will be read; all of them by default
   */
  async find(
    { viewer, tx }: { viewer: { isAdmin: boolean; userId: string }; tx?: EntityManager },
    conditions: ServerConditions,
    fields?: ReadonlySet<string>,
  ): Promise<VisibleServer[]> {
    const { isAdmin, userId } = viewer;
    const { em, reads, publicUrl, outbound } = this.#deps;
    const isRequested = (field: string) => !fields || fields.has(field);
    const needsUrl = isAdmin && isRequested('needsHttps');
    const rows = await reads.run<Values, VisibleServer, Shape>(
      tx ?? em,
      this.#read,
      { ...(conditions as Required<ServerConditions>), userId },
      {
        isAdmin,
        columns: (isAdmin ? everyColumn : memberColumns).filter(
          (column) => isRequested(column) || neededColumns.has(column) || (needsUrl && column === 'url'),
        ),
        readsAccounts: isRequested('authConnected'),
        conditions: Object.keys(conditions) as (keyof ServerConditions)[],
      },
    );
    if (isAdmin && isRequested('oauth2CallbackUrl')) {
      for (const row of rows) row.oauth2CallbackUrl = oauth2CallbackUrl(publicUrl, row.id);
    }
    if (needsUrl) {
      for (const row of rows) row.needsHttps = needsHttps({ ...row, url: row.url ?? '' }, outbound);
    }
    return rows;
  }

  readonly #read: HotRead<Values, VisibleServer, Shape> = (em, values, shape) => {
    const { serversWithUsableAccount } = this.#deps;
    return queries(em, McpServerConfigSchema)
      .selectFrom('McpServerConfig as s')
      .select(({ ref }) => shape.columns.map((name) => ref(`s.${name}`).as(name)))
      .$if(shape.readsAccounts, (query) =>
        query.select(
          // An array is cheaper than EXISTS or a join, which PostgreSQL plans for each row.
          sql<boolean>`${sql.ref('s.id')} = any(array(${serversWithUsableAccount(values.userId)}))`.as(
            'isAccountUsable',
          ),
        ),
      )
      .where((eb) =>
        eb.and([
          ...shape.conditions.map((name) => {
            if (name !== 'pattern') return eb(`s.${name}`, '=', values[name]);
            const searched = ['s.displayName', 's.slug', 's.description', 's.url'] as const;
            return eb.or(
              searched
                .filter((column) => shape.isAdmin || column !== 's.url')
                .map((column) => eb(column, 'ilike', values.pattern)),
            );
          }),
          ...(shape.isAdmin ? [] : [eb('s.enabled', '=', eb.lit(true))]),
        ]),
      )
      .orderBy((eb) => eb.fn<string>('lower', ['s.displayName']))
      .orderBy('s.id')
      .$castTo<VisibleServer>();
  };
}
