/** The longest that each part of a server's configuration may be, in characters or entries; the schema says them too. */
export const limits = {
  slug: 64,
  displayName: 120,
  description: 2_000,
  url: 2_048,
  clientId: 2_048,
  scopes: 2_000,
  secret: 8_192,
  headerName: 128,
  headerValue: 4_096,
  customHeaders: 50,
  tools: 500,
  toolName: 200,
  search: 200,
  authorizationParams: 20,
  authorizationParam: 1_000,
} as const;
