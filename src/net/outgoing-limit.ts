import { SwitchboardError } from '../errors.js';

/**
 * Bounds how much that goes out to other servers one person can have under way at once, in this process. It protects
 * those servers and our sockets from a loop in somebody's script; nothing's correctness depends on it.
 */
export class OutgoingLimit {
  readonly #underWay = new Map<string, number>();

  constructor(private readonly perPerson: number) {}

  /**
   * Runs `work` unless this person has too much under way.
   * @throws RATE_LIMITED
   */
  async run<Result>(userId: string, work: () => Promise<Result>): Promise<Result> {
    const count = this.#underWay.get(userId) ?? 0;
    if (count >= this.perPerson) {
      throw new SwitchboardError(
        'RATE_LIMITED',
        `You have ${count} requests to other servers under way. Wait until one of them is done.`,
      );
    }
    this.#underWay.set(userId, count + 1);
    try {
      return await work();
    } finally {
      const left = (this.#underWay.get(userId) ?? 1) - 1;
      if (left > 0) this.#underWay.set(userId, left);
      else this.#underWay.delete(userId);
    }
  }
}

/** Discoveries and registrations, in this process. */
export const outgoing = new OutgoingLimit(4);
