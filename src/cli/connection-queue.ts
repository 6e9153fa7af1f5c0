import type { Socket } from 'node:net';

/** A process that gets connections one at a time. */
export interface ConnectionTaker {
  hand(connection: Socket): void;
}

/** Connections that wait for a worker. Free workers get them in turn. */
export class ConnectionQueue {
  readonly #waiting: Socket[] = [];
  /** In the order in which they became free. */
  readonly #free = new Set<ConnectionTaker>();

  /** Adds a new connection. */
  add(connection: Socket): void {
    // A client that has left is noticed by the worker that gets the connection.
    connection.on('error', () => {});
    this.#waiting.push(connection);
    this.#distribute();
  }

  /** Adds a connection that a worker did not get, as the next. */
  addFirst(connection: Socket): void {
    this.#waiting.unshift(connection);
    this.#distribute();
  }

  /** Adds a worker that can get one connection. */
  addFree(taker: ConnectionTaker): void {
    this.#free.add(taker);
    this.#distribute();
  }

  remove(taker: ConnectionTaker): void {
    this.#free.delete(taker);
  }

  /** Closes the connections that wait. */
  close(): void {
    for (const connection of this.#waiting.splice(0)) connection.destroy();
  }

  #distribute(): void {
    for (const taker of this.#free) {
      const connection = this.#waiting.shift();
      if (!connection) return;
      this.#free.delete(taker);
      taker.hand(connection);
    }
  }
}
