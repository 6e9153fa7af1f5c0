import pg from 'pg';
import type { TestApp } from './app.js';

/**
 * Records the statements that reach the application's database while `work` runs, by whatever API they were written.
 * `values` contains the parameters of each statement.
 */
export async function recorded<T>(
  app: Pick<TestApp, 'databaseUrl'>,
  work: () => Promise<T>,
): Promise<{ result: T; statements: string[]; values: unknown[][] }> {
  const statements: string[] = [];
  const values: unknown[][] = [];
  const database = new URL(app.databaseUrl).pathname.slice(1);
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function record(
    this: pg.Client,
    ...args: [{ text: string; values?: unknown[] } | string, unknown]
  ) {
    const [statement, parameters] = args;
    if (this.database === database) {
      statements.push(typeof statement === 'string' ? statement : statement.text);
      const bound = typeof statement === 'string' ? parameters : (statement.values ?? parameters);
      values.push(Array.isArray(bound) ? bound : []);
    }
    return query.apply(this, args as never) as never;
  } as unknown as typeof query;
  try {
    return { result: await work(), statements, values };
  } finally {
    pg.Client.prototype.query = query;
  }
}
