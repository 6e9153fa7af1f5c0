/** What a server under measurement tells about itself whenever it is asked. */
export interface Usage {
  /** User and system time since its start. */
  cpuMs: number;
  rssMiB: number;
}

/** Tells the parent process the port, then answers each of its messages with the usage so far. */
export function reportUsage(port: number): void {
  process.send?.({ port });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMs: (user + system) / 1000, rssMiB: process.memoryUsage.rss() / 1024 / 1024 });
  });
  process.on('disconnect', () => process.exit(0));
}
