import type { IncomingHttpHeaders } from 'node:http';

export interface RecordedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A client that the provider knows from the start, as an administrator would have registered it by hand. */
export interface PreRegisteredClient {
  clientId: string;
  clientSecret?: string;
  redirectUris: string[];
}

export interface AuthorizationServerOptions {
  /** Default true. */
  dynamicRegistration?: boolean;
  /** '' or a path such as '/tenant': the issuer then is `http://127.0.0.1:port/tenant`. */
  issuerPath?: string;
  clients?: PreRegisteredClient[];
  /** What the redirects back carry as `iss` (RFC 9207); null leaves it out; default the issuer. */
  iss?: string | null;
  /** Whether the metadata promises `iss`; default true. */
  advertiseIss?: boolean;
  /** Access tokens' life in seconds; default 3600. */
  accessTokenTtl?: number;
}

export interface AuthorizationServer {
  readonly issuer: string;
  readonly requests: RecordedRequest[];
  /** How many requests came to this path (without the query), relative to the issuer: `/token`. */
  count(path: string): number;
  approve(authorizationUrl: string, login?: string): Promise<string>;
  /** Lets the token endpoint do its work at once but answer only after `ms`. */
  delayToken(ms: number): void;
  close(): Promise<void>;
}

export function startAuthorizationServer(_options: AuthorizationServerOptions = {}): Promise<AuthorizationServer> {
  throw new Error('not written yet');
}
