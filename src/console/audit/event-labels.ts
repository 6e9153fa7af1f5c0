import type { AuditedEvent } from './action-labels.js';

const credentials: Readonly<Record<NonNullable<AuditedEvent['actor']['credential']>, string>> = {
  SESSION: 'in a browser',
  API_TOKEN: 'with an API token',
  SIGN_IN_LINK: 'with a sign-in link',
  IDENTITY_PROVIDER: 'with the identity provider',
};

/** Returns who acted: a user's email address, the command line or Switchboard. */
export function actorLabel({ kind, email }: AuditedEvent['actor']): string {
  if (kind === 'USER') return email;
  return kind === 'COMMAND_LINE' ? 'Command line' : 'Switchboard';
}

/** Returns the user's credential, or '' for other actors. */
export function credentialLabel({ credential, credentialName }: AuditedEvent['actor']): string {
  if (!credential) return '';
  return credential === 'API_TOKEN' && credentialName
    ? `with the API token “${credentialName}”`
    : credentials[credential];
}

const subjects: Readonly<Record<AuditedEvent['subject']['type'], string>> = {
  USER: 'User',
  SESSION: 'Browser session',
  SIGN_IN_LINK: 'Sign-in link',
  API_TOKEN: 'API token',
  MCP_SERVER_CONFIG: 'Server',
  ENCRYPTION_KEY: 'Encryption key',
};

/** Returns the name of the object that was changed, or its kind. */
export function subjectLabel({ type, name }: AuditedEvent['subject']): string {
  return name || subjects[type];
}

/** Returns the affected user, unless the user is also the actor or the subject. */
export function ownerLabel({ affectedUser, actor, subject }: AuditedEvent): string {
  if (!affectedUser || affectedUser.userId === subject.subjectId || affectedUser.userId === actor.userId)
    return '';
  return `for ${affectedUser.email}`;
}

/** Returns the details of an event, one phrase each. */
export function detailLabels({ action, changedFields, detail }: AuditedEvent): string[] {
  // The actions that disable and enable a user name this field already.
  const fields = changedFields.filter((field) => field !== 'disabled').map(fieldLabel);
  const facts = Object.entries(detail).flatMap(([name, value]) => factLabel(name, value, action) ?? []);
  const verb = action === 'MCP_SERVER_CONFIG_CREATED' ? 'Set' : 'Changed';
  return [...(fields.length > 0 ? [`${verb} ${fields.join(', ')}`] : []), ...facts];
}

/** Returns null for a fact of no interest, such as a count of zero. */
function factLabel(name: string, value: unknown, action: AuditedEvent['action']): string | null {
  if (value === 0 || value === false) return null;
  switch (name) {
    case 'role':
      return value === 'ADMIN' ? 'Role: administrator' : 'Role: member';
    case 'scope':
      return scopes[String(value)] ?? constantLabel(value);
    case 'reason':
    case 'code':
      return reasons[String(value)] ?? constantLabel(value);
    case 'denied':
      return 'The user denied access';
    case 'interrupted':
      return 'Interrupted';
    case 'disconnected':
      return action === 'USER_DISABLED'
        ? count(value, 'account disconnected', 'accounts disconnected')
        : count(value, 'user disconnected', 'users disconnected');
    case 'sessions':
      return count(value, 'session ended', 'sessions ended');
    case 'apiTokens':
      return count(value, 'API token revoked', 'API tokens revoked');
    case 'signInLinks':
      return count(value, 'sign-in link revoked', 'sign-in links revoked');
    default:
      return `${capitalize(fieldLabel(name))}: ${typeof value === 'string' ? constantLabel(value) : String(value)}`;
  }
}

const scopes: Readonly<Record<string, string>> = {
  READ: 'Access: read',
  USE: 'Access: read and use',
  ADMIN: 'Access: full',
};

const reasons: Readonly<Record<string, string>> = {
  USER_DISABLED: 'The user is disabled',
  NOT_ALLOWED: 'The identity provider’s account isn’t allowed',
  LINK_USED: 'The link was already used',
  LINK_EXPIRED: 'The link had expired',
  INVALID_GRANT: 'The provider ended the access',
  INVALID_CLIENT: 'The provider no longer knows the client',
  PROVIDER_UNAVAILABLE: 'The provider didn’t respond',
  ANSWER_LOST: 'The provider’s response was lost',
  REFUSED_BY_PROVIDER: 'The provider refused',
  REFUSED_BY_MCP_SERVER: 'The server refused the access token',
  EXPIRED: 'The access token expired',
  UNREADABLE: 'The stored tokens can’t be decrypted with the current keys',
  CLIENT_SECRET_UNREADABLE: 'The client secret can’t be decrypted with the current keys',
  UPSTREAM_ERROR: 'The provider refused, or its response was unusable',
  INTERNAL_SERVER_ERROR: 'Unexpected error',
};

function count(value: unknown, one: string, many: string): string {
  return `${String(value)} ${value === 1 ? one : many}`;
}

/** Turns LINK_USED into "Link used". */
function constantLabel(value: unknown): string {
  return capitalize(String(value).toLowerCase().replaceAll('_', ' '));
}

const properNames: Readonly<Record<string, string>> = {
  url: 'URL',
  api: 'API',
  id: 'ID',
  oidc: 'identity provider',
  oauth2: 'OAuth',
  pkce: 'PKCE',
};

/** Turns oauth2ClientSecret into "OAuth client secret". */
function fieldLabel(name: string): string {
  return name
    .split(/(?=[A-Z])/)
    .map((word) => properNames[word.toLowerCase()] ?? word.toLowerCase())
    .join(' ');
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
