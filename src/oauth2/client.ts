/** Token endpoint authentication, in RFC 7591's own words, as it goes over the wire and into the database. */
export const TokenAuthMethod = {
  client_secret_basic: 'client_secret_basic',
  client_secret_post: 'client_secret_post',
  none: 'none',
} as const;
export type TokenAuthMethod = (typeof TokenAuthMethod)[keyof typeof TokenAuthMethod];

/** This client as one authorization server knows it: all that a token or revocation request needs. */
export interface OAuth2Client {
  /** '' only where nothing named one (a manual configuration without discovery). */
  issuer: string;
  tokenEndpoint: string;
  /** '' when the server has none. */
  revocationEndpoint: string;
  clientId: string;
  clientSecret: string | null;
  tokenAuthMethod: TokenAuthMethod;
  /** Whether it may be spoken to over plain http, at addresses in ALLOWED_PRIVATE_CIDRS. */
  acceptsPlainHttp: boolean;
}
