export default async function globalTeardown() {
  const { stopTestPostgres } = await import('./postgres.ts');
  await stopTestPostgres();
}
