import { badUserInput } from '../errors.js';
import { actorOf, requireAdmin } from '../identity/viewer.js';
import type { DiscoveryStep } from '../oauth2/discovery/discovery.js';
import { editCompatibility } from './settings/compatibility-settings.js';
import { FieldRules, isSlug } from './settings/field-rules.js';
import { limits } from './settings/limits.js';
import { McpServerConfig } from './store/mcp-server-config.entity.js';
import { reportDiscovery, type DiscoveryReport } from './changes/discover.js';
import { createServer } from './changes/create.js';
import { recordServerDeletion } from './changes/server-audit.js';
import { editServer, tryEdit, type ServerChange } from './changes/edit.js';
import type {
  CompatibilityInput,
  CreateServerInput,
  ServerFilter,
  UpdateServerInput,
} from './settings/server-input.js';
import { registerServerAgain } from './changes/register.js';
import { selectServerRows, type Condition, type ServerRow } from './store/server-row.js';
import type { ServersDeps } from './changes/servers-deps.js';
import { lockStoredServer } from './store/stored-server.js';
import { unknownServer } from './store/server-errors.js';
import { isUuid } from '../uuid.js';

export type { ServersDeps } from './changes/servers-deps.js';
export type { ServerFilter } from './settings/server-input.js';
export type { ServerChange } from './changes/edit.js';

/**
 * The catalogue as one viewer may see and change it. Reads leave out what is not for this viewer: disabled servers do
 * not exist for members, and no secret is in any answer. Everything that changes or goes out needs an administrator and
 * throws FORBIDDEN otherwise.
 */
export class Servers {
  readonly #deps: ServersDeps;

  constructor(deps: ServersDeps) {
    this.#deps = deps;
  }

  /**
   * The servers that match, by display name.
   * @param fields the fields of `McpServerConfig` that will be asked of the rows; all of them unless given
   * @throws BAD_USER_INPUT for a search text that breaks the rules
   */
  async list(filter: ServerFilter = {}, fields?: ReadonlySet<string>): Promise<ServerRow[]> {
    const { enabled, authType, availability } = filter;
    const conditions = [
      ...(enabled == null ? [] : [equal('enabled', enabled)]),
      ...(authType == null ? [] : [equal('auth_type', authType)]),
      ...(availability == null ? [] : [equal('availability', availability)]),
      ...this.#searchConditions(filter.search ?? ''),
    ];
    return selectServerRows(this.#deps, conditions, fields);
  }

  /**
   * One server, by exactly one of its id and slug.
   * @throws NOT_FOUND in the same words for one that does not exist and one that is not for this viewer, BAD_USER_INPUT
   */
  async get({ id, slug }: { id?: string | null; slug?: string | null }): Promise<ServerRow> {
    if ((id == null) === (slug == null)) {
      throw badUserInput([{ path: 'id', message: 'give exactly one of id and slug' }]);
    }
    // What cannot be one at all is not for the database to refuse.
    if (id != null ? !isUuid(id) : !isSlug(slug ?? '')) throw unknownServer();
    const [row] = await selectServerRows(this.#deps, [
      id == null ? equal('slug', slug ?? '') : equal('id', id),
    ]);
    if (!row) throw unknownServer();
    return row;
  }

  /**
   * Adds a server; with OAUTH2 and endpoints not given, discovers them and registers this client first.
   * @throws BAD_USER_INPUT, CONFLICT for a taken slug or id, DISCOVERY_FAILED, RATE_LIMITED; nothing is stored then
   */
  async create(input: CreateServerInput): Promise<ServerRow> {
    requireAdmin(this.#deps.viewer);
    return this.get({ id: await createServer(this.#deps, input) });
  }

  /**
   * Edits a server; with `dryRun`, answers what the edit would do and changes nothing.
   * @throws NOT_FOUND, BAD_USER_INPUT, CONFLICT for a taken slug or a stale version
   */
  async update(
    id: string,
    input: UpdateServerInput,
    { dryRun = false }: { dryRun?: boolean } = {},
  ): Promise<ServerChange> {
    requireAdmin(this.#deps.viewer);
    return dryRun ? tryEdit(this.#deps, id, input) : editServer(this.#deps, id, input);
  }

  /**
   * Deletes a server with everybody's grants, revokes those after the commit, and answers the id.
   * @throws NOT_FOUND
   */
  async delete(id: string): Promise<string> {
    const { em, viewer, accountEnding } = this.#deps;
    requireAdmin(viewer);
    const { stored, dropped } = await em.transactional(async (em) => {
      const stored = await lockStoredServer(em, id);
      const dropped = await accountEnding.dropForServer(em, stored.id);
      await em.nativeDelete(McpServerConfig, { id: stored.id });
      await recordServerDeletion(em, { actor: actorOf(viewer), stored, disconnected: dropped.count });
      return { stored, dropped };
    });
    await dropped.revoke();
    return stored.id;
  }

  /**
   * What adding a server with this URL would find. Nothing is stored or registered.
   * @param options.compatibility what would be relaxed for it
   * @param options.onStep told of each step as soon as it is known
   * @throws BAD_USER_INPUT, DISCOVERY_FAILED with the steps tried and what to do, RATE_LIMITED
   */
  async discover(
    url: string,
    {
      compatibility,
      onStep,
    }: { compatibility?: CompatibilityInput | null; onStep?: (step: DiscoveryStep) => void } = {},
  ): Promise<DiscoveryReport> {
    const { viewer, discoveryLimit } = this.#deps;
    requireAdmin(viewer);
    const rules = this.#rules();
    const checked = rules.requiredUrl('url', url);
    const relaxed = editCompatibility({}, compatibility, rules);
    rules.throwMistakes();
    return discoveryLimit.run(viewer.userId, () => reportDiscovery(checked, relaxed, this.#deps, onStep));
  }

  /**
   * Discovers a stored server's authorization again and registers this client again.
   * @throws NOT_FOUND, BAD_USER_INPUT for a server without OAUTH2, CONFLICT if it was changed meanwhile,
   *   DISCOVERY_FAILED, RATE_LIMITED
   */
  async registerOAuth2Client(id: string): Promise<ServerRow> {
    requireAdmin(this.#deps.viewer);
    await registerServerAgain(this.#deps, id);
    return this.get({ id });
  }

  #rules(): FieldRules {
    return new FieldRules(this.#deps.outbound);
  }

  /** Only fields that this viewer may read are searched: a match tells what is in them. */
  #searchConditions(search: string): Condition[] {
    const rules = this.#rules();
    const text = rules.text('filter.search', search, limits.search);
    rules.throwMistakes();
    if (text === '') return [];
    const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    const columns = ['display_name', 'slug', 'description', ...(this.#deps.viewer.isAdmin ? ['url'] : [])];
    return [
      {
        sql: columns.map((column) => `s.${column} ilike ?`).join(' or '),
        values: columns.map(() => pattern),
      },
    ];
  }
}

function equal(column: 'id' | 'slug' | 'enabled' | 'auth_type' | 'availability', value: unknown): Condition {
  return { sql: `s.${column} = ?`, values: [value] };
}
