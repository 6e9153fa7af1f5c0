import type { PeopleQuery } from '../generated/people.js';

export type Person = PeopleQuery['users'][number];
export type Role = Person['role'];

export const roles: Readonly<Record<Role, { label: string; hint: string }>> = {
  MEMBER: { label: 'Member', hint: 'Connects their own accounts to the servers that there are.' },
  ADMIN: { label: 'Administrator', hint: 'Also adds and edits servers and people, and reads the audit log.' },
};
