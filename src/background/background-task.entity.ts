import { defineEntity, p } from '@mikro-orm/core';

/** A background task of all processes that share the database. */
export const BackgroundTaskSchema = defineEntity({
  name: 'BackgroundTask',
  tableName: 'background_tasks',
  properties: {
    name: p.text().primary(),
    /** The next due time, by the database's clock. While the task runs, the end of its lease. */
    dueAt: p.datetime(),
    /** The lease of the last run. */
    leaseId: p.uuid(),
  },
});
export class BackgroundTask extends BackgroundTaskSchema.class {}
BackgroundTaskSchema.setClass(BackgroundTask);
