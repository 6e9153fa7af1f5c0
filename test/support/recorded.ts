import type { TestApp } from './app.js';

/** What the application asked its database while `work` ran. */
export async function recorded<T>(
  app: Pick<TestApp, 'orm'>,
  work: () => Promise<T>,
): Promise<{ result: T; statements: string[] }> {
  const statements: string[] = [];
  const logger = app.orm.config.getLogger();
  const logQuery = logger.logQuery.bind(logger);
  logger.setDebugMode(['query']);
  logger.logQuery = ({ query }) => void statements.push(query ?? '');
  try {
    return { result: await work(), statements };
  } finally {
    logger.setDebugMode(false);
    logger.logQuery = logQuery;
  }
}
