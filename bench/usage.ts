/** The resources that a measured server has used. */
export interface Usage {
  /** User and system time since the process started. */
  cpuMs: number;
  rssMiB: number;
}

/** Sends the port to the parent process, then answers each of its messages with the usage so far. */
export function reportUsage(port: number): void {
  process.send?.({ port });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMs: (user + system) / 1000, rssMiB: process.memoryUsage.rss() / 1024 / 1024 });
  });
  process.on('disconnect', () => process.exit(0));
}
