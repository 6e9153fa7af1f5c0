// Jest loads this file before any transform is in place: tsx lets it import the project's TypeScript.
import { register } from 'tsx/esm/api';

register();

export default async function globalSetup() {
  const { startTestPostgres } = await import('./postgres.ts');
  process.env.TEST_DATABASE_URL = await startTestPostgres();
}
