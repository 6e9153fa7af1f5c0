import pg from 'pg';
import type { TestApp } from './app.js';

/** Records the statements that reach the application's database while `work` runs, by whatever API they were written. */
export async function recorded<T>(
  app: Pick<TestApp, 'databaseUrl'>,
  work: () => Promise<T>,
): Promise<{ result: T; statements: string[] }> {
  const statements: string[] = [];
  const database = new URL(app.databaseUrl).pathname.slice(1);
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function record(this: pg.Client, ...args: [{ text: string } | string]) {
    const [statement] = args;
    if (this.database === database) {
      statements.push(typeof statement === 'string' ? statement : statement.text);
    }
    return query.apply(this, args as never) as never;
  } as typeof query;
  try {
    return { result: await work(), statements };
  } finally {
    pg.Client.prototype.query = query;
  }
}
