/** RFC 8414 metadata, as read and checked; unknown members are dropped before it is stored. */
export interface AuthorizationServerMetadata {
  issuer: string;
  [member: string]: unknown;
}
