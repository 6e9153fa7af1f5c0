import { v7 as uuidv7 } from 'uuid';
import type { HotReads } from '../database/hot-reads.js';
import { SwitchboardError } from '../errors.js';
import type { TokenSource } from '../tools/authorized-session.js';
import { McpAuthorizationError } from '../mcp/failure.js';
import type { CredentialHeaders } from '../mcp/session-fetch.js';
import type { Fetch } from '../net/guarded-fetch.js';
import { compatibilityOf, strict } from '../oauth2/compatibility.js';
import { DiscoveryLog } from '../oauth2/discovery/discovery-log.js';
import { discover, noProvider, type Discovery } from '../oauth2/discovery/discovery.js';
import { cancelledBy, oauth2Outbound } from '../oauth2/endpoints.js';
import { DiscoveryError, type Operator } from '../oauth2/report/failure.js';
import type { Layer } from '../oauth2/report/layer.js';
import { nothingSent } from '../oauth2/report/step.js';
import { probe } from '../oauth2/discovery/probe.js';
import { UnreadableSecret } from '../secrets/vault.js';
import { getCallableServer, mcpFetch, type CallableServer } from '../servers/store/callable-server.js';
import { oauth2CallbackUrl } from '../servers/store/oauth2-client.js';
import { readableFailure, readableStep } from '../servers/settings/oauth2-failures.js';
import { isManual } from '../servers/settings/oauth2-settings.js';
import { providerOf, registrationFor } from '../servers/changes/discover.js';
import type { ClientHealth } from '../servers/changes/client-health.js';
import type { ServersDeps } from '../servers/changes/servers-deps.js';
import type { Transport } from '../servers/store/mcp-server-config.entity.js';
import type { StoredServer } from '../servers/store/stored-server.js';
import { clientFailure, renewedClient } from './client-failure.js';
import { ConnectionChecks } from './connection-checks.js';
import type { DiagnosisStep, DiagnosisFailure } from './diagnosis.js';
import { refusedCredentials, refusedToken, requiresAuthorization, unusableAccount } from './failures.js';
import {
  compareRedirectUri,
  compareSettings,
  manualRegistration,
  notRegistered,
  olderTransport,
  otherTransport,
  unreadable,
} from './settings-checks.js';
import { expectedSession, trySession } from './session-checks.js';

export type DiagnosisRunDeps = Pick<
  ServersDeps,
  'em' | 'viewer' | 'vault' | 'outbound' | 'publicUrl' | 'clientMetadata'
> & { reads: HotReads; accounts: TokenSource; clientHealth: ClientHealth };

/** Ends a diagnosis with its first failure. */
class DiagnosisEnded extends Error {
  constructor(readonly failure: DiagnosisFailure) {
    super('The diagnosis has ended.');
  }
}

/**
 * Checks everything between Switchboard and a server's tools, from name resolution up, until a check fails. It registers
 * a client only where the provider has lost the stored one, and sends credentials only where they belong. `steps` can be read while it runs.
 */
export class DiagnosisRun {
  readonly steps: DiagnosisStep[] = [];
  /** The transport that the server speaks, as far as it answers without a token. null if it is not known. */
  transport: Transport | null = null;
  readonly #deps: DiagnosisRunDeps;
  readonly #url: string;
  readonly #signal: AbortSignal;
  readonly #connections: ConnectionChecks;
  /** The server's compatibility settings. A URL without a stored server has none. */
  #compatibility = strict;
  #provider = noProvider;

  constructor(deps: DiagnosisRunDeps, url: string, signal: AbortSignal) {
    this.#deps = deps;
    this.#url = url;
    this.#signal = signal;
    this.#connections = new ConnectionChecks(deps.outbound, signal);
  }

  /** Checks a URL without a stored server. @returns null if no check failed */
  async checkUrl(): Promise<DiagnosisFailure | null> {
    return this.#firstFailure(async () => {
      await this.#connect(this.#url, 'MCP_SERVER');
      const discovery = await this.#discover();
      if (discovery.transport === 'SSE') this.#note('MCP', 'Transport', 'FOUND', olderTransport);
      if (!discovery.requiresAuthorization) return this.#anonymousSession(discovery.transport);
      await this.#connectToProvider(discovery.authorizationEndpoint, discovery.tokenEndpoint);
      this.#wouldRegister(discovery);
    });
  }

  /** Checks a stored server, which may be disabled. @returns null if no check failed */
  async checkServer(server: StoredServer): Promise<DiagnosisFailure | null> {
    this.#compatibility = compatibilityOf(server.oauth2Compatibility);
    this.#provider = providerOf(server);
    return this.#firstFailure(async () => {
      await this.#connect(this.#url, 'MCP_SERVER');
      if (server.authType !== 'OAUTH2') return this.#sessionWithServerCredentials(server);
      const discovery = isManual(server) ? await this.#probe() : await this.#discover();
      if (discovery) this.#compare(server, discovery);
      if (server.oauth2ClientId === '') return this.#notRegistered(server, discovery);
      await this.#connectToProvider(server.oauth2AuthUrl, server.oauth2TokenUrl);
      await this.#client(server);
      await this.#authorizedSession(server);
    });
  }

  async #firstFailure(work: () => Promise<void>): Promise<DiagnosisFailure | null> {
    try {
      await work();
      return null;
    } catch (error) {
      if (error instanceof DiagnosisEnded) return error.failure;
      throw error;
    }
  }

  async #connect(url: string, operator: Operator): Promise<void> {
    const { steps, failure } = await this.#connections.check(url, operator);
    this.steps.push(...steps);
    if (failure) throw new DiagnosisEnded(failure);
  }

  async #connectToProvider(...endpoints: string[]): Promise<void> {
    for (const endpoint of endpoints) if (URL.canParse(endpoint)) await this.#connect(endpoint, 'PROVIDER');
  }

  get #oauth2() {
    return cancelledBy(oauth2Outbound(this.#deps.outbound, this.#compatibility), this.#signal);
  }

  async #discover(): Promise<Discovery> {
    try {
      const compatibility = this.#compatibility;
      const provider = this.#provider;
      const discovery = await discover(this.#url, this.#oauth2, { compatibility, provider });
      this.transport = discovery.transport;
      this.steps.push(...discovery.steps.map(readableStep));
      return discovery;
    } catch (error) {
      throw await this.#discoveryFailure(error);
    }
  }

  /** Checks that an MCP server answers. Manual endpoints are not discovered. */
  async #probe(): Promise<null> {
    const log = new DiscoveryLog();
    try {
      const probed = await probe(this.#url, log, this.#oauth2.fetchWithoutCredentials);
      this.steps.push(...log.steps.map(readableStep));
      if (probed.kind !== 'UNCLEAR') return null;
      if (probed.failure) throw new DiagnosisEnded(readableFailure(probed.failure));
    } catch (error) {
      throw await this.#discoveryFailure(error);
    }
    const message = 'No MCP server answers at this URL.';
    const remedy = 'Check the URL, including its path.';
    throw new DiagnosisEnded({ layer: 'MCP', responsibleParty: 'ADMINISTRATOR', message, remedy });
  }

  async #discoveryFailure(error: unknown): Promise<unknown> {
    if (!(error instanceof DiscoveryError)) return error;
    const steps = error.steps.map(readableStep);
    const failure = readableFailure(error.failure);
    const { layer, responsibleParty } = failure;
    const last = steps.at(-1);
    const isUnreached = layer === 'DNS' || layer === 'ADDRESS' || layer === 'CONNECT' || layer === 'TLS';
    if (!last || !isUnreached) {
      this.steps.push(...steps);
      return new DiagnosisEnded(failure);
    }
    // The request reports only that it could not connect. A connection check finds the phase and the reason.
    const connection = await this.#connections.check(
      last.url,
      responsibleParty === 'PROVIDER' ? 'PROVIDER' : 'MCP_SERVER',
    );
    this.steps.push(...steps.slice(0, -1), ...connection.steps, last);
    return new DiagnosisEnded(connection.failure ?? failure);
  }

  /** Compares the stored settings with the discovered ones. */
  #compare(server: StoredServer, discovery: Discovery): void {
    const failure = compareSettings(server, discovery, this.#callbackUrl(server.id));
    if (failure) throw this.#failed('Stored settings', failure);
    this.#note(
      'CONFIGURATION',
      'Stored settings',
      'FOUND',
      'The MCP server names the stored authorization server.',
    );
  }

  #wouldRegister(discovery: Discovery): void {
    if (registrationFor(discovery, this.#compatibility, this.#deps) === 'MANUAL') {
      const id = uuidv7();
      const failure = manualRegistration(discovery, {
        redirectUri: this.#callbackUrl(id),
        next: `create the server with id: "${id}", oauth2ClientId and oauth2ClientSecret.`,
      });
      throw this.#failed('Registration', failure);
    }
    this.#note(
      'CLIENT',
      'Registration',
      'SKIPPED',
      'Switchboard would register a client. The diagnosis registers none.',
    );
    this.#note('TOKEN', 'Your account', 'SKIPPED', 'The server has not been created yet.');
  }

  #notRegistered(server: StoredServer, discovery: Discovery | null): void {
    const isManual = discovery && registrationFor(discovery, this.#compatibility, this.#deps) === 'MANUAL';
    const failure = isManual
      ? manualRegistration(discovery, {
          redirectUri: this.#callbackUrl(server.id),
          next: 'enter its client ID and secret with updateMcpServerConfig (oauth2ClientId, oauth2ClientSecret), and run registerMcpServerOAuth2Client.',
        })
      : notRegistered;
    throw this.#failed('Registration', failure);
  }

  async #client(server: StoredServer): Promise<void> {
    const redirectUri = this.#callbackUrl(server.id);
    const outdated = compareRedirectUri(server, redirectUri);
    if (outdated) throw this.#failed('Redirect URI', outdated);
    const client = { serverId: server.id, clientId: server.oauth2ClientId };
    const examination = await this.#opened('client secret', () =>
      this.#deps.clientHealth.diagnose(client, this.#signal),
    );
    this.steps.push(...(examination.evidence?.steps ?? []));
    const failure = clientFailure(server, examination);
    if (failure) throw this.#failed('Client', failure);
    if (examination.status === 'RENEWED') {
      this.#note('CLIENT', 'Registration', 'FOUND', renewedClient);
    }
  }

  async #authorizedSession(server: StoredServer): Promise<void> {
    const skipped = (detail: string) => this.#note('TOKEN', 'Your account', 'SKIPPED', detail);
    if (!server.enabled) return skipped('The server is disabled, so its accounts cannot be used.');
    const connectUrl = this.#deps.accounts.connectUrl(server) ?? '';
    let headers: CredentialHeaders;
    try {
      const { accessToken } = await this.#deps.accounts.accessToken(server.id);
      headers = [['authorization', `Bearer ${accessToken}`]];
    } catch (error) {
      if (!(error instanceof SwitchboardError)) throw error;
      if (error.code === 'NEEDS_AUTHORIZATION' && !error.evidence) {
        return skipped(
          `Your account is not connected. To run the remaining checks, connect it at ${connectUrl}`,
        );
      }
      throw this.#failed('Your account', unusableAccount(error, connectUrl));
    }
    this.#note('TOKEN', 'Your account', 'FOUND', 'Your account is connected and has a valid token.');
    const { headers: ofServer } = await this.#callable(server.id);
    const via = { headers: [...headers, ...ofServer], fetch: this.#deps.outbound.mcp };
    await this.#session(server, via, (refusal) => refusedToken(refusal, connectUrl));
  }

  async #sessionWithServerCredentials(server: StoredServer): Promise<void> {
    const callable = await this.#callable(server.id);
    const { authType } = server;
    const fetch = mcpFetch(this.#deps.outbound, callable);
    await this.#session(server, { headers: callable.headers, fetch }, (refusal) =>
      authType === 'NONE' ? requiresAuthorization(refusal) : refusedCredentials(refusal, authType),
    );
  }

  async #callable(id: string): Promise<CallableServer> {
    return this.#opened('key or headers', () => getCallableServer(this.#deps, id, { evenDisabled: true }));
  }

  async #anonymousSession(transport: Transport): Promise<void> {
    const fetch = this.#deps.outbound.withoutCredentials.mcp;
    await this.#session({ transport }, { headers: [], fetch }, requiresAuthorization);
  }

  async #session(
    { transport }: Pick<StoredServer, 'transport'>,
    via: { headers: CredentialHeaders; fetch: Fetch },
    explain: (refusal: McpAuthorizationError) => DiagnosisFailure,
  ): Promise<void> {
    const limits = this.#deps.outbound.mcpLimits;
    const bounded = { ...via, limits, signal: this.#signal };
    const before = this.steps.length;
    const outcome = await trySession({ url: this.#url, transport }, bounded, this.steps);
    if (outcome === null) return;
    // A server that has answered the list speaks this transport.
    const hasListed = this.steps
      .slice(before)
      .some(({ name, outcome: found }) => name === 'tools/list' && found === 'FOUND');
    if (!hasListed && !(outcome instanceof McpAuthorizationError) && outcome.layer === 'MCP') {
      const other = transport === 'SSE' ? 'STREAMABLE_HTTP' : 'SSE';
      const second = await trySession({ url: this.#url, transport: other }, bounded, this.steps);
      if (second === null) throw this.#failed('Transport', otherTransport(other));
    }
    throw outcome instanceof McpAuthorizationError
      ? this.#failed('Session', explain(outcome))
      : new DiagnosisEnded(outcome);
  }

  async #opened<Result>(what: string, open: () => Promise<Result>): Promise<Result> {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof UnreadableSecret)) throw error;
      throw this.#failed('Stored settings', unreadable(what));
    }
  }

  #failed(name: CheckName, failure: DiagnosisFailure): DiagnosisEnded {
    this.#note(failure.layer, name, 'FAILED', failure.message);
    return new DiagnosisEnded(failure);
  }

  #note(layer: Layer, name: CheckName, outcome: DiagnosisStep['outcome'], detail: string): void {
    this.steps.push({
      layer,
      name,
      url: this.#url,
      expected: expectations[name],
      ...nothingSent,
      outcome,
      detail,
    });
  }

  #callbackUrl(id: string): string {
    return oauth2CallbackUrl(this.#deps.publicUrl, id);
  }
}

/** The checks that send no request, and their expected results. */
const expectations = {
  'Stored settings': 'Readable settings that match the discovered ones',
  Registration: 'A client ID, or automatic registration',
  Client: 'A client that the provider accepts',
  'Redirect URI': 'The redirect URI of the current PUBLIC_URL',
  'Your account': 'A connected account with a valid or refreshable token',
  Transport: 'A session over the transport of the settings',
  Session: expectedSession,
} as const;
type CheckName = keyof typeof expectations;
