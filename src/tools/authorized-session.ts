import { conflict, SwitchboardError, type FailureEvidence } from '../errors.js';
import { McpAuthorizationError, type TokenRefusal } from '../mcp/failure.js';
import type { Credentials } from '../mcp/session.js';
import type { UpstreamSessions } from '../mcp/sessions/upstream-sessions.js';
import { followAuthorizationServer } from '../servers/changes/authorization-server-change.js';
import type { CallableServer } from '../servers/store/callable-server.js';
import type { ServersDeps } from '../servers/changes/servers-deps.js';
import type { AccessTokenRequest, UsableToken } from '../accounts/access/access-token.js';
import { ConnectedAccountEnding, refusedFromTheStart } from '../accounts/store/account-ending.js';
import type { Revocations } from '../accounts/revoke/revocations.js';
import { recordScopeChallenge } from '../accounts/authorize/step-up.js';

export interface TokenSource {
  /**
   * @param request.after the token that the server has refused; the result is a newer one
   * @param request.suspect a token that may have expired; the result is a newer one or the same
   * @throws NEEDS_AUTHORIZATION with `connectUrl` if the user must connect (again); UPSTREAM_ERROR if the provider
   *   issues no token now, but may later
   */
  accessToken(serverId: string, request?: AccessTokenRequest): Promise<UsableToken>;
  connectUrl(server: Pick<CallableServer, 'id' | 'authType'>): string | null;
}

export type AuthorizedSessionDeps = ServersDeps & {
  accounts: TokenSource;
  revocations: Revocations;
  upstreamSessions: UpstreamSessions;
};

/** Opens sessions with one MCP server as the viewer, and handles refused tokens. */
export class AuthorizedSession {
  readonly #deps: AuthorizedSessionDeps;
  readonly #server: CallableServer;

  constructor(deps: AuthorizedSessionDeps, server: CallableServer) {
    this.#deps = deps;
    this.#server = server;
  }

  /**
   * Runs `work` with the viewer's token. If the MCP server refuses the token, it refreshes it and repeats the request
   * once. If that fails, the account must be connected again, at the new authorization server if the MCP server has
   * changed to another. If the MCP server only seems to have refused the token, it refreshes it too, and keeps the account
   * in any case. A scope challenge keeps the account and adds the scopes to the next authorization request.
   * @throws NEEDS_AUTHORIZATION with `connectUrl`; UPSTREAM_ERROR if connecting again would not help; errors of `work`
   */
  async run<Result>(
    work: (credentials: Credentials, token: UsableToken) => Promise<Result>,
  ): Promise<Result> {
    const { accounts } = this.#deps;
    let token = await accounts.accessToken(this.#server.id);
    let { isUntried } = token;
    let isRefused = false;
    const renew = async (refusal: TokenRefusal) => {
      const refused = token;
      isRefused = refusal === 'REFUSED';
      token = await accounts.accessToken(
        this.#server.id,
        isRefused ? { after: refused } : { suspect: refused },
      );
      isRefused = false;
      if (isSame(token, refused)) return null;
      isUntried = true;
      return this.#headers(token);
    };
    try {
      return await work({ headers: this.#headers(token), renew }, token);
    } catch (error) {
      if (error instanceof McpAuthorizationError) throw await this.#refused(error, { ...token, isUntried });
      if (isRefused && isNeedsAuthorization(error))
        throw await this.#needsNewAuthorization(token, error.evidence);
      throw error;
    }
  }

  /** Returns the token's header and those that the server has for all users. */
  #headers({ accessToken }: UsableToken): Credentials['headers'] {
    return [['authorization', `Bearer ${accessToken}`], ...this.#server.headers];
  }

  async #refused(refusal: McpAuthorizationError, token: UsableToken): Promise<SwitchboardError> {
    if (refusal.insufficientScope) return this.#stepUp(refusal, token);
    if (!refusal.tokenRefused) {
      return new SwitchboardError(
        'UPSTREAM_ERROR',
        'The MCP server does not permit your account to do this (HTTP 403).',
        {},
        { httpStatus: 403 },
      );
    }
    await new ConnectedAccountEnding(this.#deps).endRefused(this.#deps.em, token);
    return this.#needsNewAuthorization(token, { httpStatus: refusal.status });
  }

  async #stepUp({ scope }: McpAuthorizationError, token: UsableToken): Promise<SwitchboardError> {
    switch (await recordScopeChallenge(this.#deps.em, token, scope)) {
      case 'ASK':
        return this.#needsAuthorization(
          'The MCP server requires more scopes for this. Connect again to authorize them.',
        );
      case 'SUPERSEDED':
        return conflict('The tokens of your account have been replaced or deleted. Try again.', 'id');
      case 'EXHAUSTED':
        return new SwitchboardError(
          'UPSTREAM_ERROR',
          'The MCP server requires more scopes than your account has, although you have connected again. An administrator of the provider must give your account these permissions. Then disconnect and connect again.',
        );
    }
  }

  /** Handles a refused token. It may be valid, but of an authorization server that the MCP server no longer uses. */
  async #needsNewAuthorization(
    { isUntried }: Pick<UsableToken, 'isUntried'>,
    refusal: FailureEvidence = {},
  ): Promise<SwitchboardError> {
    const { log } = this.#deps;
    const evidence = { httpStatus: 401, ...refusal };
    try {
      if ((await followAuthorizationServer(this.#deps, this.#server.id)) === 'NEEDS_ADMINISTRATOR') {
        return new SwitchboardError(
          'UPSTREAM_ERROR',
          'The MCP server has changed to another authorization server. An administrator must register Switchboard there and enter the new client ID.',
          {},
          evidence,
        );
      }
    } catch (error) {
      if (!(error instanceof SwitchboardError)) throw error;
      // The known authorization server may still be the right one.
      const fields = { serverId: this.#server.id, reason: error.message };
      log.warn(fields, 'Check for a changed authorization server failed');
    }
    const message = isUntried
      ? refusedFromTheStart
      : 'The MCP server no longer accepts your token. Connect again.';
    return this.#needsAuthorization(message, evidence);
  }

  #needsAuthorization(message: string, evidence?: FailureEvidence): SwitchboardError {
    const connectUrl = this.#deps.accounts.connectUrl(this.#server);
    return new SwitchboardError('NEEDS_AUTHORIZATION', message, { connectUrl }, evidence);
  }
}

function isSame(one: UsableToken, other: UsableToken): boolean {
  return one.accountId === other.accountId && one.generation === other.generation;
}

function isNeedsAuthorization(error: unknown): error is SwitchboardError {
  return error instanceof SwitchboardError && error.code === 'NEEDS_AUTHORIZATION';
}
