/** Reports the port of a measured server to the benchmark, and ends with it. */
export function reportPort(port: number): void {
  process.send?.({ port });
  process.on('disconnect', () => process.exit(0));
}
