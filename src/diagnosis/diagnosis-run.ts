import { v7 as uuidv7 } from 'uuid';
import { SwitchboardError } from '../errors.js';
import type { TokenSource } from '../tools/authorized-session.js';
import { McpAuthorizationError } from '../mcp/failure.js';
import type { CredentialHeaders } from '../mcp/session-fetch.js';
import { checkClient } from '../oauth2/requests/client-check.js';
import { compatibilityOf, strict } from '../oauth2/compatibility.js';
import { DiscoveryLog } from '../oauth2/discovery/discovery-log.js';
import { discover, type Discovery } from '../oauth2/discovery/discovery.js';
import { oauth2Outbound } from '../oauth2/endpoints.js';
import { DiscoveryError, type Operator } from '../oauth2/report/failure.js';
import type { Layer } from '../oauth2/report/layer.js';
import { nothingSent } from '../oauth2/report/step.js';
import { probe } from '../oauth2/discovery/probe.js';
import { UnreadableSecret } from '../secrets/vault.js';
import { getCallableServer } from '../servers/store/callable-server.js';
import { loadOAuth2Client } from '../servers/store/oauth2-client.js';
import { readableFailure, readableStep } from '../servers/settings/oauth2-failures.js';
import { isManual, isRegistered } from '../servers/settings/oauth2-settings.js';
import { registrationFor } from '../servers/changes/discover.js';
import { oauth2CallbackUrl } from '../servers/store/oauth2-client.js';
import type { ServersDeps } from '../servers/changes/servers-deps.js';
import type { StoredServer } from '../servers/store/stored-server.js';
import { ConnectionSteps } from './connection-checks.js';
import type { DiagnosisStep, DiagnosisFailure } from './diagnosis.js';
import { asksForAuthorization, brokenConnection, refusedCredentials, refusedToken } from './failures.js';
import { compareSettings, notRegisteredYet, registerByHand, unreadable } from './settings-checks.js';
import { trySession } from './session-checks.js';

export type DiagnosisRunDeps = Pick<
  ServersDeps,
  'em' | 'viewer' | 'vault' | 'outbound' | 'publicUrl' | 'clientMetadata'
> & { accounts: TokenSource };

/** Why an diagnosisRun ends where it does. */
class Ended extends Error {
  constructor(readonly verdict: DiagnosisFailure | null) {
    super('The diagnosisRun has ended.');
  }
}

/**
 * Looks at everything between here and a server's tools, from the name up, until something fails. It registers and
 * stores nothing, and sends credentials nowhere but where they belong. The steps are there to be read while it runs.
 */
export class DiagnosisRun {
  readonly steps: DiagnosisStep[] = [];
  readonly #deps: DiagnosisRunDeps;
  readonly #url: string;
  readonly #signal: AbortSignal;
  readonly #accounts: ConnectionSteps;
  /** What is relaxed for the server; for an address that is no server's, nothing. */
  #compatibility = strict;

  constructor(deps: DiagnosisRunDeps, url: string, signal: AbortSignal) {
    this.#deps = deps;
    this.#url = url;
    this.#signal = signal;
    this.#accounts = new ConnectionSteps(deps.outbound, signal);
  }

  /** An address that is no server's here: what a server with it would meet. @returns null when nothing failed */
  async ofUrl(): Promise<DiagnosisFailure | null> {
    return this.#untilEnded(async () => {
      await this.#connect(this.#url, 'MCP_SERVER');
      const discovery = await this.#discover();
      if (!discovery.requiresAuthorization) return this.#anonymousSession();
      await this.#connectToProvider(discovery.authorizationEndpoint, discovery.tokenEndpoint);
      this.#wouldRegister(discovery);
    });
  }

  /** A stored server, disabled ones too. @returns null when nothing failed */
  async ofServer(server: StoredServer): Promise<DiagnosisFailure | null> {
    this.#compatibility = compatibilityOf(server.oauth2Compatibility);
    return this.#untilEnded(async () => {
      await this.#connect(this.#url, 'MCP_SERVER');
      if (server.authType !== 'OAUTH2') return this.#sessionWithServersOwn(server);
      const discovery = isManual(server) ? await this.#knock() : await this.#discover();
      if (discovery) this.#compare(server, discovery);
      if (server.oauth2ClientId === '') return this.#notRegistered(server, discovery);
      await this.#connectToProvider(server.oauth2AuthUrl, server.oauth2TokenUrl);
      await this.#client(server);
      await this.#authorizedSession(server);
    });
  }

  async #untilEnded(work: () => Promise<void>): Promise<DiagnosisFailure | null> {
    try {
      await work();
      return null;
    } catch (error) {
      if (error instanceof Ended) return error.verdict;
      throw error;
    }
  }

  async #connect(url: string, operator: Operator): Promise<void> {
    const { steps, verdict } = await this.#accounts.examine(url, operator);
    this.steps.push(...steps);
    if (verdict) throw new Ended(verdict);
  }

  async #connectToProvider(...endpoints: string[]): Promise<void> {
    for (const endpoint of endpoints) if (URL.canParse(endpoint)) await this.#connect(endpoint, 'PROVIDER');
  }

  get #oauth2() {
    const via = oauth2Outbound(this.#deps.outbound, this.#compatibility);
    const fetch: typeof via.fetch = (url, init) => via.fetch(url, { ...init, signal: this.#signal });
    return { ...via, fetch };
  }

  async #discover(): Promise<Discovery> {
    try {
      const compatibility = this.#compatibility;
      const discovery = await discover(this.#url, this.#oauth2, { compatibility });
      this.steps.push(...discovery.steps.map(readableStep));
      return discovery;
    } catch (error) {
      throw await this.#discoveryEnded(error);
    }
  }

  /** Endpoints that were given by hand are not looked for; whether an MCP server is there still is. */
  async #knock(): Promise<null> {
    const log = new DiscoveryLog();
    try {
      const probed = await probe(this.#url, log, this.#oauth2.fetch);
      this.steps.push(...log.steps.map(readableStep));
      if (probed.kind !== 'UNCLEAR') return null;
    } catch (error) {
      throw await this.#discoveryEnded(error);
    }
    const message = 'No MCP server answers at this URL.';
    const remedy = 'Check the URL, its path included.';
    throw new Ended({ layer: 'MCP', responsibleParty: 'ADMINISTRATOR', message, remedy });
  }

  async #discoveryEnded(error: unknown): Promise<unknown> {
    if (!(error instanceof DiscoveryError)) return error;
    const steps = error.steps.map(readableStep);
    const failure = readableFailure(error.failure);
    const { layer, responsibleParty } = failure;
    const last = steps.at(-1);
    const isUnreached = layer === 'DNS' || layer === 'ADDRESS' || layer === 'CONNECT' || layer === 'TLS';
    if (!last || !isUnreached) {
      this.steps.push(...steps);
      return new Ended(failure);
    }
    // The request says only that there is no connection; a connection of its own says at which phase, and why.
    const examined = await this.#accounts.examine(
      last.url,
      responsibleParty === 'PROVIDER' ? 'PROVIDER' : 'MCP_SERVER',
    );
    this.steps.push(...steps.slice(0, -1), ...examined.steps, last);
    return new Ended(examined.verdict ?? failure);
  }

  /** Whether what is stored is what would be found today. */
  #compare(server: StoredServer, discovery: Discovery): void {
    const verdict = compareSettings(server, discovery, this.#callbackUrl(server.id));
    if (verdict) throw this.#failed('Stored settings', verdict);
    this.#note(
      'CONFIGURATION',
      'Stored settings',
      'FOUND',
      'The authorization server is the one that is stored.',
    );
  }

  #wouldRegister(discovery: Discovery): void {
    if (registrationFor(discovery, this.#compatibility, this.#deps) === 'MANUAL') {
      const id = uuidv7();
      const verdict = registerByHand(discovery, {
        redirectUri: this.#callbackUrl(id),
        next: `create the server here with id: "${id}", oauth2ClientId and oauth2ClientSecret.`,
      });
      throw this.#failed('Registration', verdict);
    }
    this.#note(
      'CLIENT',
      'Registration',
      'SKIPPED',
      'This client would make itself known. Nothing was registered.',
    );
    this.#note('TOKEN', 'Your connection', 'SKIPPED', 'There is no server yet to connect an account to.');
  }

  #notRegistered(server: StoredServer, discovery: Discovery | null): void {
    const isManual = discovery && registrationFor(discovery, this.#compatibility, this.#deps) === 'MANUAL';
    const verdict = isManual
      ? registerByHand(discovery, {
          redirectUri: this.#callbackUrl(server.id),
          next: 'enter its id and secret with updateMcpServerConfig (oauth2ClientId, oauth2ClientSecret), and run registerMcpServerOAuth2Client.',
        })
      : notRegisteredYet;
    throw this.#failed('Registration', verdict);
  }

  async #client(server: StoredServer): Promise<void> {
    const redirectUri = this.#callbackUrl(server.id);
    if (server.oauth2RedirectUri !== '' && server.oauth2RedirectUri !== redirectUri) {
      const message = `This client was registered with the redirect URI ${server.oauth2RedirectUri}, but by PUBLIC_URL it is ${redirectUri} now.`;
      const remedy = isRegistered(server)
        ? 'Run registerMcpServerOAuth2Client.'
        : 'Enter the new redirect URI at the provider, then run registerMcpServerOAuth2Client.';
      throw this.#failed('Redirect URI', {
        layer: 'CLIENT',
        responsibleParty: 'ADMINISTRATOR',
        message,
        remedy,
      });
    }
    const client = await this.#opened('client secret', () =>
      loadOAuth2Client(this.#deps.em, this.#deps.vault, server.id),
    );
    if (!client) return;
    const request = { redirectUri, resource: client.resource };
    const { step, failure } = await checkClient(client.client, request, this.#oauth2);
    this.steps.push(readableStep(step));
    if (failure) throw new Ended(readableFailure(failure));
  }

  async #authorizedSession(server: StoredServer): Promise<void> {
    const skipped = (why: string) => this.#note('TOKEN', 'Your connection', 'SKIPPED', why);
    if (!server.enabled) return skipped('The server is disabled, and so are its connections.');
    const connectUrl = this.#deps.accounts.connectUrl(server) ?? '';
    let headers: CredentialHeaders;
    try {
      const { accessToken } = await this.#deps.accounts.accessToken(server.id);
      headers = [['authorization', `Bearer ${accessToken}`]];
    } catch (error) {
      if (!(error instanceof SwitchboardError)) throw error;
      if (error.code === 'NEEDS_AUTHORIZATION' && !error.evidence) {
        return skipped(
          `Your own account is not connected. Connect it at ${connectUrl} to have the rest looked at.`,
        );
      }
      throw this.#failed('Your connection', brokenConnection(error, connectUrl));
    }
    this.#note('TOKEN', 'Your connection', 'FOUND', 'Your account is connected, and its token is there.');
    await this.#session(server, headers, (refusal) => refusedToken(refusal, connectUrl));
  }

  async #sessionWithServersOwn(server: StoredServer): Promise<void> {
    const callable = await this.#opened('key or headers', () =>
      getCallableServer(this.#deps, server.id, { evenDisabled: true }),
    );
    const { authType } = server;
    await this.#session(server, callable.headers, (refusal) =>
      authType === 'NONE' ? asksForAuthorization(refusal) : refusedCredentials(refusal, authType),
    );
  }

  async #anonymousSession(): Promise<void> {
    await this.#session({ transport: 'STREAMABLE_HTTP' }, [], asksForAuthorization);
  }

  async #session(
    { transport }: Pick<StoredServer, 'transport'>,
    headers: CredentialHeaders,
    judge: (refusal: McpAuthorizationError) => DiagnosisFailure,
  ): Promise<void> {
    const via = { headers, fetch: this.#deps.outbound.mcp, signal: this.#signal };
    const outcome = await trySession({ url: this.#url, transport }, via, this.steps);
    if (outcome === null) return;
    throw outcome instanceof McpAuthorizationError
      ? this.#failed('Session', judge(outcome))
      : new Ended(outcome);
  }

  async #opened<Result>(what: string, open: () => Promise<Result>): Promise<Result> {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof UnreadableSecret)) throw error;
      throw this.#failed('Stored settings', unreadable(what));
    }
  }

  #failed(name: string, verdict: DiagnosisFailure): Ended {
    this.#note(verdict.layer, name, 'FAILED', verdict.message);
    return new Ended(verdict);
  }

  #note(layer: Layer, name: string, outcome: DiagnosisStep['outcome'], detail: string): void {
    this.steps.push({
      layer,
      name,
      url: this.#url,
      expected: expectations[name] ?? '',
      ...nothingSent,
      outcome,
      detail,
    });
  }

  #callbackUrl(id: string): string {
    return oauth2CallbackUrl(this.#deps.publicUrl, id);
  }
}

const expectations: Record<string, string> = {
  'Stored settings': 'Settings that can be read, and fit what the server says today',
  Registration: 'A client id, or a way to get one without a person',
  'Redirect URI': 'The redirect URI that PUBLIC_URL makes today',
  'Your connection': 'A connected account of yours, with a token that is good or can be renewed',
  Session: 'A session in which the server lists its tools',
};
