import { createSignInLinkFor } from '../identity/users/user-creation.js';
import { UsageMistake, type RunCommand } from './command.js';
import { withDatabase } from './prepared-database.js';

export const signInLink: RunCommand = async (values, { config, log }) => {
  if (config.publicUrl === null && config.port === 0) {
    throw new UsageMistake(
      'Where the server listens is not known with PORT=0: set PUBLIC_URL to the address that it printed.',
    );
  }
  const publicUrl = config.publicUrl ?? `http://localhost:${config.port}`;
  const { url, expiresAt } = await withDatabase(config, log, (em) =>
    createSignInLinkFor(em, { email: values.email ?? '', publicUrl }),
  );
  return { json: { url, expiresAt }, text: `${url}\n(once, until ${expiresAt.toISOString()})` };
};
