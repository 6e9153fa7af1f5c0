import { defineEntity, p } from '@mikro-orm/core';

/** When a background task is due again, for all processes that share the database. */
export const BackgroundTaskSchema = defineEntity({
  name: 'BackgroundTask',
  tableName: 'background_tasks',
  properties: {
    name: p.text().primary(),
    /** By the database's clock. While a process is at it: when it is taken to have crashed. */
    dueAt: p.datetime(),
    /** Who is at it, or was last. */
    leaseId: p.uuid(),
  },
});
export class BackgroundTaskRow extends BackgroundTaskSchema.class {}
BackgroundTaskSchema.setClass(BackgroundTaskRow);
