import { defineEntity, p } from '@mikro-orm/core';

/** A key that this database was sealed with, and a known text that it sealed. A wrong key therefore fails at start. */
export const EncryptionKeySchema = defineEntity({
  name: 'EncryptionKey',
  tableName: 'encryption_keys',
  properties: {
    id: p.text().primary(),
    /** null: the key was removed, and the database refuses values that it seals. */
    canary: p.text().nullable(),
    createdAt: p.datetime().onCreate(() => new Date()),
  },
});
export class EncryptionKey extends EncryptionKeySchema.class {}
EncryptionKeySchema.setClass(EncryptionKey);
