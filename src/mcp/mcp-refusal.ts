import { parseChallenges } from '../oauth2/challenge.js';

/** A 401 or 403 of an MCP server, as far as it may be acted on (RFC 6750 section 3, RFC 9728 section 5.1). */
export class McpRefusal extends Error {
  readonly status: 401 | 403;
  /** Whether the token is good but was granted too little: `error="insufficient_scope"`. */
  readonly insufficientScope: boolean;
  /** The scope that the challenge names, as it came: tokens still have to be told from rubbish. '' for none. */
  readonly scope: string;

  constructor(response: { status: 401 | 403; headers: Pick<Headers, 'get'> }) {
    super(`The MCP server refused the request (HTTP ${response.status}).`);
    this.name = 'McpRefusal';
    this.status = response.status;
    const bearer = parseChallenges(response.headers.get('www-authenticate')).filter(
      ({ scheme }) => scheme === 'bearer',
    );
    const parameter = (name: string) =>
      bearer.map(({ parameters }) => parameters.get(name)).find((value) => value !== undefined);
    this.insufficientScope = parameter('error') === 'insufficient_scope';
    this.scope = parameter('scope') ?? '';
  }
}
