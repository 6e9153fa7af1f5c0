import { createUser as insertUser } from '../identity/users/user-creation.js';
import { chosen, type RunCommand } from './command.js';
import { withDatabase } from './prepared-database.js';

export const createUser: RunCommand = async (values, { config, log }) => {
  const role = chosen('role', values.role ?? 'MEMBER', ['ADMIN', 'MEMBER']);
  const { id, email, displayName } = await withDatabase(config, log, (em) =>
    insertUser(em, { email: values.email ?? '', displayName: values['display-name'], role }),
  );
  return {
    json: { id, email, displayName, role },
    text: `Created ${email} (${role}, ${id}). They sign in with: npm run -s switchboard -- sign-in-link --email ${email}`,
  };
};
