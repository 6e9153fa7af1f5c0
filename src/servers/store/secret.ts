/** What becomes of a stored secret: there is none, the stored one stays, or this one replaces it. */
export type Secret = { is: 'none' } | { is: 'kept' } | { is: 'given'; value: string };

export const noSecret: Secret = { is: 'none' };
