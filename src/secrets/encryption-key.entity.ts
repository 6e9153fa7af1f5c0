import { defineEntity, p } from '@mikro-orm/core';

/** A known value sealed by each key ever used here, so that a wrong or reused key fails at start, not at use. */
export const EncryptionKeySchema = defineEntity({
  name: 'EncryptionKey',
  tableName: 'encryption_keys',
  properties: {
    id: p.text().primary(),
    /** null: the key was removed, and the database refuses whatever it seals. */
    canary: p.text().nullable(),
    createdAt: p.datetime().onCreate(() => new Date()),
  },
});
export class EncryptionKey extends EncryptionKeySchema.class {}
EncryptionKeySchema.setClass(EncryptionKey);
