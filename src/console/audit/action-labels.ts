import type { AuditEventsQuery } from '../generated/audit.js';

export type AuditedEvent = NonNullable<AuditEventsQuery['auditEvents']>['edges'][number]['node'];
export type Action = AuditedEvent['action'];

/** The labels of all actions, in groups. */
export const actionGroups = [
  {
    label: 'Sign-in',
    actions: {
      SIGNED_IN: 'Signed in',
      SIGN_IN_REFUSED: 'Failed to sign in',
      SIGNED_OUT: 'Signed out',
      SIGN_IN_LINK_CREATED: 'Created a sign-in link',
    },
  },
  {
    label: 'API tokens',
    actions: { API_TOKEN_CREATED: 'Created an API token', API_TOKEN_REVOKED: 'Revoked an API token' },
  },
  {
    label: 'People',
    actions: {
      USER_CREATED: 'Added a user',
      USER_UPDATED: 'Updated a user',
      USER_DISABLED: 'Disabled a user',
      USER_ENABLED: 'Enabled a user',
    },
  },
  {
    label: 'Servers',
    actions: {
      MCP_SERVER_CONFIG_CREATED: 'Added a server',
      MCP_SERVER_CONFIG_UPDATED: 'Updated a server',
      MCP_SERVER_CONFIG_DELETED: 'Deleted a server',
      MCP_SERVER_COMPATIBILITY_UPDATED: 'Changed compatibility settings',
      MCP_SERVER_OAUTH2_CLIENT_REGISTERED: 'Registered a client again',
      MCP_SERVER_AUTHORIZATION_SERVER_FOLLOWED: 'Switched to a new provider',
    },
  },
  {
    label: 'Accounts',
    actions: {
      MCP_SERVER_CONNECTED: 'Connected an account',
      MCP_SERVER_CONNECT_FAILED: 'Failed to connect an account',
      MCP_SERVER_DISCONNECTED: 'Disconnected an account',
      USER_DISCONNECTED: 'Disconnected a user',
      ALL_DISCONNECTED: 'Disconnected all users',
      ACCOUNT_REFRESH_FAILED: 'Token refresh failed',
      ACCOUNT_RECOVERED: 'Account works again',
      ACCOUNT_ENDED: 'Account must be reconnected',
    },
  },
  { label: 'Encryption', actions: { ENCRYPTION_KEYS_ROTATED: 'Rotated encryption keys' } },
] as const satisfies readonly { label: string; actions: Partial<Record<Action, string>> }[];

/** The compiler names an action that is missing in every group. */
export const actionLabels = Object.assign({}, ...actionGroups.map(({ actions }) => actions)) as UnionOf<
  (typeof actionGroups)[number]['actions']
> satisfies Readonly<Record<Action, string>>;

type UnionOf<Groups> = Record<Groups extends unknown ? keyof Groups : never, string>;

export const isAction = (text: string): text is Action => Object.hasOwn(actionLabels, text);
