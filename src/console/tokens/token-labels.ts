import type { TokensQuery } from '../generated/tokens.js';

export type Token = TokensQuery['apiTokens'][number];
export type Scope = Token['scope'];

export const scopes: Readonly<Record<Scope, { label: string; hint: string }>> = {
  READ: { label: 'Read', hint: 'View servers and your connected accounts.' },
  USE: {
    label: 'Read and use',
    hint: 'Also list and call tools with your connected accounts. Recommended for most programs.',
  },
  ADMIN: {
    label: 'Full access',
    hint: 'Also manage your tokens and, as an administrator, servers and users. Rarely needed.',
  },
};
