import { Socket } from 'node:net';

export interface ConnectionAttempts {
  /** Each as `address:port`: what this process tried to connect to, whether or not anybody answered. */
  readonly made: readonly string[];
  /** Those to addresses of other machines than this one. */
  abroad(): string[];
  forget(): void;
  stop(): void;
}

/**
 * Notes every TCP connection that this process begins, at the last moment before it begins, when names have been
 * resolved: for ranges in which nobody can listen here, this shows that no connection is attempted.
 */
export function watchConnections(): ConnectionAttempts {
  const made: string[] = [];
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function watched(this: Socket, ...args: unknown[]) {
    this.on('connectionAttempt', (address: string, port?: number) => {
      // A socket in the file system, as a database has it, has no port.
      if (port !== undefined) made.push(`${address}:${port}`);
    });
    return Reflect.apply(connect, this, args) as Socket;
  } as typeof connect;
  return {
    made,
    abroad: () => made.filter((attempt) => !/^(127\.0\.0\.1|::1):\d+$/.test(attempt)),
    forget: () => void made.splice(0),
    stop() {
      Socket.prototype.connect = connect;
    },
  };
}
