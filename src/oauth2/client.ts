/** The client authentication methods of RFC 7591 section 2, as sent and as stored. */
export const TokenAuthMethod = {
  client_secret_basic: 'client_secret_basic',
  client_secret_post: 'client_secret_post',
  none: 'none',
} as const;
export type TokenAuthMethod = (typeof TokenAuthMethod)[keyof typeof TokenAuthMethod];

/** This client's registration at one authorization server: everything that a token or revocation request needs. */
export interface OAuth2Client {
  /** '' only in a manual configuration without discovery. */
  issuer: string;
  tokenEndpoint: string;
  /** '' if the server has none. */
  revocationEndpoint: string;
  clientId: string;
  clientSecret: string | null;
  tokenAuthMethod: TokenAuthMethod;
  /** True to use plain HTTP for addresses that the operator allows. */
  acceptsPlainHttp: boolean;
}
