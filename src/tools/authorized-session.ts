import { SwitchboardError, type FailureEvidence } from '../errors.js';
import { McpRefusal } from '../mcp/mcp-refusal.js';
import type { Credentials } from '../mcp/session.js';
import { followAuthorizationServer } from '../servers/changes/authorization-server-change.js';
import type { CallableServer } from '../servers/store/callable-server.js';
import type { ServersDeps } from '../servers/changes/servers-deps.js';
import type { UsableToken } from '../accounts/access/access-token.js';
import { markNeedsAuthorization } from '../accounts/access/needs-authorization.js';
import type { Revocations } from '../accounts/revoke/revocations.js';
import { noteScopeChallenge } from '../accounts/authorize/step-up.js';

export interface TokenSource {
  /**
   * @param request.after the token that the server has refused: only a newer one will do.
   * @throws NEEDS_AUTHORIZATION with `connectUrl` when there is none to be had without the person; UPSTREAM_ERROR when
   *   there may be one later.
   */
  accessToken(serverId: string, request?: { after?: UsableToken }): Promise<UsableToken>;
  connectUrl(server: Pick<CallableServer, 'id' | 'authType'>): string | null;
}

export type AuthorizedSessionsDeps = ServersDeps & { accounts: TokenSource; revocations: Revocations };

/** The use of one server with the viewer's own token, and what is done when it is refused. */
export class AuthorizedSessions {
  readonly #deps: AuthorizedSessionsDeps;
  readonly #server: CallableServer;

  constructor(deps: AuthorizedSessionsDeps, server: CallableServer) {
    this.#deps = deps;
    this.#server = server;
  }

  /**
   * Does `work` with the viewer's token. A 401 refreshes it once, and the request that was refused is repeated once; if
   * that does not help, the account has to be connected again, at another authorization server if the MCP server has
   * changed to one. A demand for more scopes keeps the connection and asks for them.
   * @throws NEEDS_AUTHORIZATION with `connectUrl`; UPSTREAM_ERROR when connecting again would not help; what `work`
   *   throws otherwise.
   */
  async use<Result>(work: (credentials: Credentials) => Promise<Result>): Promise<Result> {
    const { accounts } = this.#deps;
    let token = await accounts.accessToken(this.#server.id);
    let isRefused = false;
    const renew = async () => {
      isRefused = true;
      token = await accounts.accessToken(this.#server.id, { after: token });
      isRefused = false;
      return bearer(token);
    };
    try {
      return await work({ headers: bearer(token), renew });
    } catch (error) {
      if (error instanceof McpRefusal) throw await this.#refused(error, token);
      if (isRefused && isNeedsAuthorization(error)) throw await this.#needsNewAuthorization();
      throw error;
    }
  }

  async #refused(refusal: McpRefusal, token: UsableToken): Promise<SwitchboardError> {
    if (refusal.insufficientScope) return this.#stepUp(refusal, token);
    if (refusal.status === 403) {
      return new SwitchboardError(
        'UPSTREAM_ERROR',
        'The MCP server does not let your account do this (HTTP 403).',
        {},
        { httpStatus: 403 },
      );
    }
    await markNeedsAuthorization(this.#deps, token);
    return this.#needsNewAuthorization();
  }

  async #stepUp({ scope }: McpRefusal, { accountId }: UsableToken): Promise<SwitchboardError> {
    switch (await noteScopeChallenge(this.#deps.em, accountId, scope)) {
      case 'ASK':
        return this.#needsAuthorization('The MCP server wants you to grant more for this. Connect again.');
      case 'SUPERSEDED':
        return new SwitchboardError('CONFLICT', 'Your connection was changed meanwhile. Try again.');
      case 'EXHAUSTED':
        return new SwitchboardError(
          'UPSTREAM_ERROR',
          'The MCP server wants more than the provider grants you, although you have been asked for it. Somebody has to give your account these rights there; then disconnect and connect again.',
        );
    }
  }

  /** A good token that is refused may be the right one of the wrong authorization server. */
  async #needsNewAuthorization(): Promise<SwitchboardError> {
    const { log } = this.#deps;
    const evidence = { httpStatus: 401 };
    try {
      if ((await followAuthorizationServer(this.#deps, this.#server.id)) === 'NEEDS_ADMINISTRATOR') {
        return new SwitchboardError(
          'UPSTREAM_ERROR',
          'The MCP server takes tokens of another authorization server than the one that it is set up with. An administrator has to register Switchboard there and give the new client id.',
          {},
          evidence,
        );
      }
    } catch (error) {
      if (!(error instanceof SwitchboardError)) throw error;
      // Connecting at the known authorization server is still the best that can be offered.
      const about = { serverId: this.#server.id, reason: error.message };
      log.warn(about, 'It could not be found out whether the authorization server has changed.');
    }
    return this.#needsAuthorization(
      'The MCP server does not accept your connection any more. Connect again.',
      evidence,
    );
  }

  #needsAuthorization(message: string, evidence?: FailureEvidence): SwitchboardError {
    const connectUrl = this.#deps.accounts.connectUrl(this.#server);
    return new SwitchboardError('NEEDS_AUTHORIZATION', message, { connectUrl }, evidence);
  }
}

function bearer({ accessToken }: UsableToken): Credentials['headers'] {
  return [['authorization', `Bearer ${accessToken}`]];
}

function isNeedsAuthorization(error: unknown): error is SwitchboardError {
  return error instanceof SwitchboardError && error.code === 'NEEDS_AUTHORIZATION';
}
