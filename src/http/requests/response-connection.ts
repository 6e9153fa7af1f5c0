import type { ServerResponse } from 'node:http';
import type { ClientConnection } from '../../graphql/context.js';

/**
 * The connection of a response. It listens for the end of the connection only when its signal is used: most requests need
 * none, and a listener or an AbortSignal per response makes the garbage of the request outlive a young collection.
 */
export class ResponseConnection implements ClientConnection {
  #controller: AbortController | undefined;

  constructor(private readonly response: ServerResponse) {}

  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController();
      this.#controller = controller;
      const { response } = this;
      const abort = () => {
        // An abort builds an exception. A response that is sent as a whole needs none.
        if (!response.writableFinished) controller.abort();
      };
      if (response.closed) abort();
      else response.once('close', abort);
    }
    return this.#controller.signal;
  }
}
