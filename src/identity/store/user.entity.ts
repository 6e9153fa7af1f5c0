import { defineEntity, p, quote } from '@mikro-orm/core';
import { v7 as uuidv7 } from 'uuid';

export const Role = { ADMIN: 'ADMIN', MEMBER: 'MEMBER' } as const;
export type Role = (typeof Role)[keyof typeof Role];

/** A user of Switchboard. Users are disabled and never deleted, so that their actions keep their name. */
export const UserSchema = defineEntity({
  name: 'User',
  tableName: 'users',
  indexes: [
    {
      name: 'users_name_index',
      // For the administrators' list of users.
      expression: (columns, table, indexName) =>
        quote`create index ${indexName} on ${table.name} (lower(${columns.displayName}), ${columns.id})`,
    },
  ],
  uniques: [{ name: 'users_oidc_unique', properties: ['oidcIssuer', 'oidcSubject'] }],
  checks: [
    { name: 'users_email_check', expression: "email = lower(btrim(email)) and email <> ''" },
    { name: 'users_oidc_check', expression: '(oidc_issuer is null) = (oidc_subject is null)' },
  ],
  properties: {
    id: p
      .uuid()
      .primary()
      .onCreate(() => uuidv7()),
    /** In lower case, so that the unique index ignores case. The application folds it and a CHECK enforces it. */
    email: p.text().unique('users_email_unique'),
    displayName: p.text(),
    role: p.enum(() => Role),
    disabledAt: p.datetime().nullable(),
    oidcIssuer: p.text().nullable(),
    oidcSubject: p.text().nullable(),
    createdAt: p.datetime().onCreate(() => new Date()),
    updatedAt: p
      .datetime()
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
  },
});
export class User extends UserSchema.class {}
UserSchema.setClass(User);
