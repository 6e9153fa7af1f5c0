import type { TokensQuery } from '../generated/tokens.js';

export type Token = TokensQuery['apiTokens'][number];
export type Scope = Token['scope'];

export const scopes: Readonly<Record<Scope, { label: string; hint: string }>> = {
  READ: {
    label: 'Read',
    hint: 'Sees the servers, and which you are connected to. Uses nothing and changes nothing.',
  },
  USE: {
    label: 'Read and use',
    hint: 'Also lists and calls tools with your connections, in your name. Right for most programs.',
  },
  ADMIN: {
    label: 'Everything you may do',
    hint: 'Also makes and revokes your tokens; for administrators, also servers and people. Rarely needed.',
  },
};
