import { badUserInput } from '../errors.js';
import { actorOf, requireAdmin } from '../identity/viewer.js';
import { editCompatibility } from './settings/compatibility-settings.js';
import { FieldRules, isSlug } from './settings/field-rules.js';
import { limits } from './fields/field.js';
import { McpServerConfig } from './store/mcp-server-config.entity.js';
import { reportDiscovery, type DiscoveryReport } from './changes/discover.js';
import { createServer } from './changes/create.js';
import { recordServerDeletion } from './changes/server-audit.js';
import { editServer, previewEdit, type EditEffect, type ServerChange } from './changes/edit.js';
import type {
  CompatibilityInput,
  CreateServerInput,
  ServerFilter,
  ServerInput,
  UpdateServerInput,
} from './settings/server-input.js';
import { registerServerAgain } from './changes/register.js';
import type { VisibleServer } from './store/visible-servers.js';
import type { ServersDeps } from './changes/servers-deps.js';
import type { ReadableStep } from './settings/oauth2-failures.js';
import { lockStoredServer } from './store/stored-server.js';
import { unknownServer } from './store/server-errors.js';
import { isUuid } from '../uuid.js';

export type { ServersDeps } from './changes/servers-deps.js';
export type { ServerFilter } from './settings/server-input.js';
export type { ServerChange } from './changes/edit.js';

/**
 * The catalogue as one viewer may see and change it. Disabled servers do not exist for members, and no result contains a
 * secret. Every method that changes a server or sends requests throws FORBIDDEN unless the viewer is an administrator.
 */
export class Servers {
  readonly #reads: Pick<ServersDeps, 'viewer' | 'visibleServers'>;
  readonly #depsOfChanges: () => ServersDeps;
  #lastPreview: Promise<unknown> = Promise.resolve();

  /** @param depsOfChanges called by everything but reads, which need no entity manager of the request */
  constructor(reads: Pick<ServersDeps, 'viewer' | 'visibleServers'>, depsOfChanges: () => ServersDeps) {
    this.#reads = reads;
    this.#depsOfChanges = depsOfChanges;
  }

  /**
   * Returns the servers that match, by display name.
   * @param fields the fields of `McpServerConfig` that will be read; all of them by default
   * @throws BAD_USER_INPUT for a search text that breaks the rules
   */
  async list(filter: ServerFilter = {}, fields?: ReadonlySet<string>): Promise<VisibleServer[]> {
    const { enabled, authType, availability } = filter;
    const pattern = filter.search ? this.#searchPattern(filter.search) : null;
    return this.#reads.visibleServers.find(
      this.#reads,
      {
        ...(enabled != null && { enabled }),
        ...(authType != null && { authType }),
        ...(availability != null && { availability }),
        ...(pattern !== null && { pattern }),
      },
      fields,
    );
  }

  /**
   * Returns a server, by exactly one of its id and slug.
   * @param fields the fields of `McpServerConfig` that will be read; all of them by default
   * @throws NOT_FOUND, in the same words for a server that does not exist and for one that the viewer may not see;
   *   BAD_USER_INPUT
   */
  async get(
    { id, slug }: { id?: string | null; slug?: string | null },
    fields?: ReadonlySet<string>,
  ): Promise<VisibleServer> {
    if ((id == null) === (slug == null)) {
      throw badUserInput([{ path: 'id', message: 'Enter exactly one of id and slug.' }]);
    }
    // PostgreSQL would fail on a malformed id.
    if (id != null ? !isUuid(id) : !isSlug(slug ?? '')) throw unknownServer();
    const condition = id == null ? { slug: slug ?? '' } : { id };
    const [row] = await this.#reads.visibleServers.find(this.#reads, condition, fields);
    if (!row) throw unknownServer();
    return row;
  }

  /** Returns the server with this id. null unless it exists and the viewer may see it. */
  async find(id: string): Promise<VisibleServer | null> {
    const [row] = isUuid(id) ? await this.#reads.visibleServers.find(this.#reads, { id }) : [];
    return row ?? null;
  }

  /**
   * Adds a server. With OAUTH2 and without endpoints, discovers them and registers a client first.
   * @throws BAD_USER_INPUT, CONFLICT for a taken slug or id, DISCOVERY_FAILED, RATE_LIMITED; then nothing is stored
   */
  async create(input: CreateServerInput): Promise<VisibleServer> {
    requireAdmin(this.#deps.viewer);
    return this.get({ id: await createServer(this.#deps, input) });
  }

  /**
   * Edits a server.
   * @throws NOT_FOUND, BAD_USER_INPUT, CONFLICT for a taken slug or a stale version
   */
  async update(id: string, input: UpdateServerInput): Promise<ServerChange> {
    requireAdmin(this.#deps.viewer);
    return editServer(this.#deps, id, input);
  }

  /**
   * Returns the effect that `update` would have, and changes nothing. Previews of one request run one after the other,
   * because each holds a connection and locks the server's row.
   * @throws NOT_FOUND, BAD_USER_INPUT, CONFLICT for a taken slug or a stale version
   */
  async previewUpdate(id: string, input: UpdateServerInput): Promise<EditEffect> {
    requireAdmin(this.#deps.viewer);
    const preview = this.#lastPreview.then(() => previewEdit(this.#deps, id, input));
    this.#lastPreview = preview.catch(() => {});
    return preview;
  }

  /**
   * Deletes a server with every connected account, revokes the accounts after the commit, and returns the id.
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
   * Discovers the authorization of a server with this URL. Stores and registers nothing.
   * @param options.compatibility the compatibility settings to discover with
   * @param options.oauth2Issuer the issuer of a provider that the server does not name
   * @param options.oauth2ResourceMetadataUrl the resource metadata to read instead of the announced one
   * @param options.onStep called with each step as soon as it is known
   * @throws BAD_USER_INPUT, DISCOVERY_FAILED with the steps and a remedy, RATE_LIMITED
   */
  async discover(
    url: string,
    {
      compatibility,
      oauth2Issuer,
      oauth2ResourceMetadataUrl,
      onStep,
    }: Pick<ServerInput, 'oauth2Issuer' | 'oauth2ResourceMetadataUrl'> & {
      compatibility?: CompatibilityInput | null;
      onStep?: (step: ReadableStep) => void;
    } = {},
  ): Promise<DiscoveryReport> {
    const { viewer, discoveryLimit } = this.#deps;
    requireAdmin(viewer);
    const rules = this.#rules();
    const checked = rules.read('url', url);
    const settings = editCompatibility({}, compatibility, rules);
    const provider = {
      issuer: rules.read('oauth2Issuer', oauth2Issuer),
      resourceMetadataUrl: rules.read('oauth2ResourceMetadataUrl', oauth2ResourceMetadataUrl, settings),
    };
    rules.throwMistakes();
    return discoveryLimit.run(viewer.userId, () =>
      reportDiscovery({ url: checked, provider }, settings, this.#deps, onStep),
    );
  }

  /**
   * Discovers a stored server's authorization again and registers the client again.
   * @throws NOT_FOUND, BAD_USER_INPUT for a server without OAUTH2, CONFLICT if it was changed in the meantime,
   *   DISCOVERY_FAILED, RATE_LIMITED
   */
  async registerOAuth2Client(id: string): Promise<VisibleServer> {
    requireAdmin(this.#deps.viewer);
    await registerServerAgain(this.#deps, id);
    return this.get({ id });
  }

  get #deps(): ServersDeps {
    return this.#depsOfChanges();
  }

  #rules(): FieldRules {
    return new FieldRules(this.#deps.outbound);
  }

  /** Returns the pattern of a search text, or null if the text is blank. */
  #searchPattern(search: string): string | null {
    const rules = this.#rules();
    const text = rules.text('filter.search', search, limits.search);
    rules.throwMistakes();
    return text === '' ? null : `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  }
}
