import { Socket } from 'node:net';

export interface ConnectionAttempts {
  /** Every address that this process tried to connect to, as `address:port`. */
  readonly made: readonly string[];
  /** Returns the attempts to addresses other than loopback. */
  beyondLoopback(): string[];
  forget(): void;
  stop(): void;
}

/**
 * Records every TCP connection that this process attempts, after name resolution. It shows that no connection to a range
 * is attempted, also for ranges in which no test server can listen.
 */
export function watchConnections(): ConnectionAttempts {
  const made: string[] = [];
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function watched(this: Socket, ...args: unknown[]) {
    this.on('connectionAttempt', (address: string, port?: number) => {
      // A Unix domain socket has no port.
      if (port !== undefined) made.push(`${address}:${port}`);
    });
    return Reflect.apply(connect, this, args) as Socket;
  } as typeof connect;
  return {
    made,
    beyondLoopback: () => made.filter((attempt) => !/^(127\.0\.0\.1|::1):\d+$/.test(attempt)),
    forget: () => void made.splice(0),
    stop() {
      Socket.prototype.connect = connect;
    },
  };
}
