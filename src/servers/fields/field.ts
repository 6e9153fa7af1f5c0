/** Maximum lengths, in characters or entries. The descriptions in the schema are made of them. */
export const limits = {
  slug: 64,
  displayName: 120,
  description: 2_000,
  url: 2_048,
  clientId: 2_048,
  scopes: 2_000,
  secret: 8_192,
  clientName: 120,
  headerName: 128,
  headerValue: 4_096,
  customHeaders: 50,
  /** In bytes, names and values together. Many servers refuse a request with more. */
  allHeaders: 8_192,
  tools: 500,
  toolName: 200,
  search: 200,
  authorizationParams: 20,
  authorizationParam: 1_000,
} as const;

/** Describes a maximum length. */
export const upTo = (characters: number): string => `At most ${characters.toLocaleString('en')} characters.`;

/** The type of a field in GraphQL. A list is written in brackets. */
export type GraphqlType =
  | 'Boolean'
  | 'DateTime'
  | 'Int'
  | 'McpServerAuthType'
  | 'McpServerAvailability'
  | 'McpServerTransport'
  | 'OAuth2ClientFailure'
  | 'OAuth2Compatibility'
  | 'OAuth2Registration'
  | 'String'
  | 'ID'
  | 'User'
  | '[McpServerHeader]'
  | '[String]';

/** The rule that reads an administrator's value; `settings/field-rules.ts` and its neighbours implement it. */
export type InputRule =
  | 'choice'
  | 'compatibility'
  | 'credentialsUrl'
  | 'headerName'
  | 'headerSecret'
  | 'headers'
  | 'id'
  | 'issuer'
  | 'paragraphs'
  | 'scopes'
  | 'secret'
  | 'slug'
  | 'text'
  | 'toolNames'
  | 'url'
  | 'version';

/** The input field by which administrators set a field. */
export interface FieldInput {
  rule: InputRule;
  /** The operation that takes it, if it is not both. */
  only?: 'CREATE' | 'UPDATE';
  description: string;
  /** In characters. */
  max?: number;
  /** The message for a blank value. Absent: the field may be blank. */
  required?: string;
  /** The value that null means. Absent: nothing. */
  default?: string | boolean;
}

/** A field of a server. */
export interface ServerField {
  /** NONE: no field of the GraphQL type. */
  audience: 'EVERYONE' | 'ADMIN' | 'NONE';
  /**
   * - `GIVEN`: an administrator's setting. With OAUTH2, discovery and registration fill some of them.
   * - `DISCOVERED`: a result of discovery or registration.
   * - `SECRET`: an administrator's setting in a sealed column, never returned.
   * - `DERIVED`: stored next to a secret that it follows from.
   * - `GENERATED`: a generated column, true if a secret is stored.
   * - `STATE`: maintained by Switchboard.
   * - `COORDINATION`: coordinates processes. Only one module uses it.
   * - `COMPUTED`: has no column.
   */
  source: 'GIVEN' | 'DISCOVERED' | 'SECRET' | 'DERIVED' | 'GENERATED' | 'STATE' | 'COORDINATION' | 'COMPUTED';
  /** The name of the field in the console. */
  label: string;
  type: GraphqlType;
  /** The description of the field in the GraphQL type; '' where it has none. */
  description: string;
  /** The auth type that has the field. Absent: every server has it. */
  authType?: 'OAUTH2' | 'API_KEY' | 'CUSTOM_HEADERS';
  /** Other auth types that have the field too. */
  alsoFor?: readonly NonNullable<ServerField['authType']>[];
  /** The value of a column that belongs to an auth type, for a server of another one. */
  empty?: '' | null | readonly [] | Readonly<Record<string, never>>;
  input?: FieldInput;
  /** A change makes the stored tokens of connected accounts useless or unsafe, so it drops the accounts. */
  bindsAccounts?: true;
  /** The sealed column of a secret. */
  sealedColumn?: 'oauth2_client_secret' | 'api_key_value' | 'custom_headers';
  /** The field that is true if the secret is set. */
  has?: 'hasOauth2ClientSecret' | 'hasApiKey' | 'hasCustomHeaders';
}

export type ServerFields = Readonly<Record<string, ServerField>>;
