import { createApiTokenFor } from '../identity/api-tokens/api-token-issue.js';
import { chosen, type RunCommand } from './command.js';
import { withDatabase } from './prepared-database.js';

export const createApiToken: RunCommand = async (values, { config, log }) => {
  const scope = chosen('scope', values.scope ?? 'USE', ['READ', 'USE', 'ADMIN']);
  const { token, apiToken } = await withDatabase(config, log, (em) =>
    createApiTokenFor(em, { email: values.email ?? '', name: values.name ?? '', scope }),
  );
  const { id, expiresAt } = apiToken;
  return {
    json: { token, id, scope, expiresAt },
    text: `${token}\n(scope ${scope}, until ${expiresAt.toISOString()}; it is not shown again)`,
  };
};
