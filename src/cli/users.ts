import { createApiTokenFor } from '../identity/api-tokens/create-api-token.js';
import { createUser as insertUser } from '../identity/users/create-user.js';
import { createSignInLinkFor } from '../identity/users/sign-in-link.js';
import { parseChoice, UsageError, type RunCommand } from './command.js';
import { withDatabase } from './database.js';

/** Creates a user. */
export const createUser: RunCommand = async (values, { config, log }) => {
  const role = parseChoice('role', values.role ?? 'MEMBER', ['ADMIN', 'MEMBER']);
  const { id, email, displayName } = await withDatabase(config, log, (em) =>
    insertUser(em, { email: values.email ?? '', displayName: values['display-name'], role }),
  );
  return {
    json: { id, email, displayName, role },
    text: `Created the user ${email} (${role}, ${id}). To sign in, run: npm run -s switchboard -- sign-in-link --email ${email}`,
  };
};

/** Creates an API token for a user. */
export const createApiToken: RunCommand = async (values, { config, log }) => {
  const scope = parseChoice('scope', values.scope ?? 'USE', ['READ', 'USE', 'ADMIN']);
  const { token, apiToken } = await withDatabase(config, log, (em) =>
    createApiTokenFor(em, { email: values.email ?? '', name: values.name ?? '', scope }),
  );
  const { id, expiresAt } = apiToken;
  return {
    json: { token, id, scope, expiresAt },
    text: `${token}\n(scope ${scope}, expires ${expiresAt.toISOString()}; it can't be shown again)`,
  };
};

/** Creates a sign-in link for a user. */
export const createSignInLink: RunCommand = async (values, { config, log }) => {
  if (config.publicUrl === null && config.port === 0) {
    throw new UsageError(
      "With PORT=0 the server's port is unknown. Set PUBLIC_URL to the URL that the server printed.",
    );
  }
  const publicUrl = config.publicUrl ?? `http://localhost:${config.port}`;
  const { url, expiresAt } = await withDatabase(config, log, (em) =>
    createSignInLinkFor(em, { email: values.email ?? '', publicUrl }),
  );
  return { json: { url, expiresAt }, text: `${url}\n(works once, expires ${expiresAt.toISOString()})` };
};
