import type { UsersQuery } from '../generated/people.js';

export type User = NonNullable<UsersQuery['users']>['edges'][number]['node'];
export type Role = User['role'];

export const roles: Readonly<Record<Role, { label: string; hint: string }>> = {
  MEMBER: { label: 'Member', hint: 'Connects accounts and uses servers.' },
  ADMIN: { label: 'Administrator', hint: 'Also manages servers and people, and reads the audit log.' },
};

/** The labels of a user's fields in the forms. */
export const userLabels = { email: 'Email', displayName: 'Name', role: 'Role' };
