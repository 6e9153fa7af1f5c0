import type { AuditedEvent } from './action-words.js';

const credentials: Readonly<Record<NonNullable<AuditedEvent['actor']['credential']>, string>> = {
  SESSION: 'in a browser',
  API_TOKEN: 'with an API token',
  SIGN_IN_LINK: 'with a sign-in link',
  IDENTITY_PROVIDER: 'with the identity provider',
};

/** Who did it: a person's address, or what else there is that does something. */
export function actorInWords({ kind, email }: AuditedEvent['actor']): string {
  if (kind === 'USER') return email;
  return kind === 'COMMAND_LINE' ? 'A command on the server' : 'Switchboard itself';
}

/** What a person came with; empty for everybody else. */
export function credentialInWords({ credential, credentialName }: AuditedEvent['actor']): string {
  if (!credential) return '';
  return credential === 'API_TOKEN' && credentialName
    ? `with the API token “${credentialName}”`
    : credentials[credential];
}

const subjects: Readonly<Record<AuditedEvent['subject']['type'], string>> = {
  USER: 'An account',
  SESSION: 'A browser session',
  SIGN_IN_LINK: 'A sign-in link',
  API_TOKEN: 'An API token',
  MCP_SERVER_CONFIG: 'A server',
  ENCRYPTION_KEY: 'An encryption key',
};

/** What it was done to. */
export function subjectInWords({ type, name }: AuditedEvent['subject']): string {
  return name || subjects[type];
}

/** Whose it is, where neither who did it nor what it was done to says so already. */
export function ownerInWords({ affectedUser, actor, subject }: AuditedEvent): string {
  if (!affectedUser || affectedUser.id === subject.id || affectedUser.id === actor.userId) return '';
  return `of ${affectedUser.email}`;
}

/** Everything else that is known of an event, a phrase each. */
export function detailsInWords({ action, changedFields, detail }: AuditedEvent): string[] {
  // Disabling and enabling say themselves what they change.
  const fields = changedFields.filter((field) => field !== 'disabled').map(nameInWords);
  const facts = Object.entries(detail).flatMap(([name, value]) => factInWords(name, value, action) ?? []);
  const verb = action === 'MCP_SERVER_CONFIG_CREATED' ? 'set' : 'changed';
  return [...(fields.length > 0 ? [`${sentence(fields.join(', '))} ${verb}`] : []), ...facts];
}

/** null for what goes without saying. */
function factInWords(name: string, value: unknown, action: AuditedEvent['action']): string | null {
  if (value === 0 || value === false) return null;
  switch (name) {
    case 'role':
      return value === 'ADMIN' ? 'Role: administrator' : 'Role: member';
    case 'scope':
      return scopes[String(value)] ?? constantInWords(value);
    case 'reason':
    case 'code':
      return reasons[String(value)] ?? constantInWords(value);
    case 'denied':
      return 'The access was not granted';
    case 'interrupted':
      return 'Interrupted';
    case 'disconnected':
      return action === 'USER_DISABLED'
        ? count(value, 'connection ended', 'connections ended')
        : count(value, 'person disconnected', 'people disconnected');
    case 'sessions':
      return count(value, 'session ended', 'sessions ended');
    case 'apiTokens':
      return count(value, 'API token ended', 'API tokens ended');
    case 'signInLinks':
      return count(value, 'sign-in link ended', 'sign-in links ended');
    default:
      return `${sentence(nameInWords(name))}: ${typeof value === 'string' ? constantInWords(value) : String(value)}`;
  }
}

const scopes: Readonly<Record<string, string>> = {
  READ: 'May read',
  USE: 'May read and use',
  ADMIN: 'May do everything its owner may',
};

const reasons: Readonly<Record<string, string>> = {
  USER_DISABLED: 'The account is disabled',
  NOT_ALLOWED: 'Not among those whom the identity provider lets in here',
  LINK_USED: 'The link had been used',
  LINK_EXPIRED: 'The link had run out',
  INVALID_GRANT: 'The provider has ended it',
  INVALID_CLIENT: 'The provider does not know this client any more',
  PROVIDER_UNAVAILABLE: 'The provider did not answer',
  ANSWER_LOST: 'The provider’s answer got lost',
  REFUSED_BY_PROVIDER: 'The provider refused',
  REFUSED_BY_MCP_SERVER: 'The server refused the access token',
  EXPIRED: 'The access token had run out',
  UNREADABLE: 'What is stored cannot be read with the present keys',
  CLIENT_SECRET_UNREADABLE: 'The client secret cannot be read with the present keys',
};

function count(value: unknown, one: string, many: string): string {
  return `${String(value)} ${value === 1 ? one : many}`;
}

/** LINK_USED: "Link used". */
function constantInWords(value: unknown): string {
  return sentence(String(value).toLowerCase().replaceAll('_', ' '));
}

const properNames: Readonly<Record<string, string>> = {
  url: 'URL',
  api: 'API',
  id: 'ID',
  oidc: 'identity provider',
  oauth2: 'OAuth',
  pkce: 'PKCE',
};

/** oauth2ClientSecret: "OAuth client secret". */
function nameInWords(name: string): string {
  return name
    .split(/(?=[A-Z])/)
    .map((word) => properNames[word.toLowerCase()] ?? word.toLowerCase())
    .join(' ');
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
