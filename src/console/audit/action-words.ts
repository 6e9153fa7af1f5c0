import type { AuditEventsQuery } from '../generated/audit.js';

export type AuditedEvent = AuditEventsQuery['auditEvents']['edges'][number]['node'];
export type Action = AuditedEvent['action'];

/** Every action in words, in the groups in which a person looks for them. */
export const actionGroups = [
  {
    label: 'Signing in',
    actions: {
      SIGNED_IN: 'Signed in',
      SIGN_IN_REFUSED: 'Was not let in',
      SIGNED_OUT: 'Signed out',
      SIGN_IN_LINK_CREATED: 'Made a sign-in link',
    },
  },
  {
    label: 'API tokens',
    actions: { API_TOKEN_CREATED: 'Created an API token', API_TOKEN_REVOKED: 'Revoked an API token' },
  },
  {
    label: 'People',
    actions: {
      USER_CREATED: 'Added a person',
      USER_UPDATED: 'Changed a person',
      USER_DISABLED: 'Disabled a person',
      USER_ENABLED: 'Enabled a person',
    },
  },
  {
    label: 'Servers',
    actions: {
      MCP_SERVER_CONFIG_CREATED: 'Added a server',
      MCP_SERVER_CONFIG_UPDATED: 'Changed a server',
      MCP_SERVER_CONFIG_DELETED: 'Deleted a server',
      MCP_SERVER_COMPATIBILITY_UPDATED: 'Changed what is relaxed for a server',
      MCP_SERVER_OAUTH2_CLIENT_REGISTERED: 'Registered again at a provider',
      MCP_SERVER_AUTHORIZATION_SERVER_FOLLOWED: 'Followed a server to another provider',
    },
  },
  {
    label: 'Connections',
    actions: {
      MCP_SERVER_CONNECTED: 'Connected an account',
      MCP_SERVER_CONNECT_FAILED: 'Could not connect an account',
      MCP_SERVER_DISCONNECTED: 'Disconnected their account',
      USER_DISCONNECTED: 'Disconnected a person',
      ALL_DISCONNECTED: 'Disconnected everybody',
      ACCOUNT_REFRESH_FAILED: 'Could not renew a connection',
      ACCOUNT_ENDED: 'Lost a connection',
    },
  },
  { label: 'Encryption', actions: { ENCRYPTION_KEYS_ROTATED: 'Sealed the secrets anew' } },
] as const satisfies readonly { label: string; actions: Partial<Record<Action, string>> }[];

/** `satisfies` makes the compiler name an action that is in no group. */
export const actionWords = Object.assign({}, ...actionGroups.map(({ actions }) => actions)) as UnionOf<
  (typeof actionGroups)[number]['actions']
> satisfies Readonly<Record<Action, string>>;

type UnionOf<Groups> = Record<Groups extends unknown ? keyof Groups : never, string>;

export const isAction = (text: string): text is Action => Object.hasOwn(actionWords, text);
