import { SwitchboardError } from '../errors.js';

/**
 * Limits how many requests to other servers one user has in progress in this process. It protects those servers and this
 * process's sockets from a loop in a user's script. Correctness does not depend on it.
 */
export class OutgoingLimit {
  readonly #inProgress = new Map<string, number>();

  constructor(private readonly perUser: number) {}

  /**
   * Runs `work` unless the user is at the limit.
   * @throws RATE_LIMITED
   */
  async run<Result>(userId: string, work: () => Promise<Result>): Promise<Result> {
    const count = this.#inProgress.get(userId) ?? 0;
    if (count >= this.perUser) {
      throw new SwitchboardError(
        'RATE_LIMITED',
        `You have ${count} requests to other servers in progress. Try again when one of them has finished.`,
      );
    }
    this.#inProgress.set(userId, count + 1);
    try {
      return await work();
    } finally {
      const left = (this.#inProgress.get(userId) ?? 1) - 1;
      if (left > 0) this.#inProgress.set(userId, left);
      else this.#inProgress.delete(userId);
    }
  }
}
