import { SwitchboardError } from '../../errors.js';

/** Operations that cost less than this share of the limit begin at once and count nothing. Nearly all do. */
const smallShare = 1 / 20;

/** Operations of one user that wait at most. Each holds a request in memory. */
export const maxWaiting = 100;

interface OfUser {
  /** The cost of the operations that run. */
  running: number;
  waiting: { cost: number; begin: () => void }[];
}

/**
 * Limits the cost of one user's operations in progress, together, to the cost of a single one. Others wait in order. So one
 * user takes neither all database connections nor the memory for many large results.
 */
export class CostInProgress {
  readonly #users = new Map<string, OfUser>();
  readonly #smallCost: number;

  constructor(private readonly maxCost: number) {
    this.#smallCost = maxCost * smallShare;
  }

  /**
   * Counts an operation until `end`. Returns null if it may begin now, and a promise of its turn otherwise.
   * @throws RATE_LIMITED with too many waiting operations
   */
  begin(userId: string, cost: number): Promise<void> | null {
    if (cost < this.#smallCost) return null;
    const user = this.#users.get(userId);
    if (!user) {
      this.#users.set(userId, { running: cost, waiting: [] });
      return null;
    }
    if (user.waiting.length === 0 && user.running + cost <= this.maxCost) {
      user.running += cost;
      return null;
    }
    if (user.waiting.length >= maxWaiting) {
      throw new SwitchboardError(
        'RATE_LIMITED',
        'Too many of your expensive queries are in progress. Wait for their results, then try again.',
      );
    }
    return new Promise((resolve) => user.waiting.push({ cost, begin: resolve }));
  }

  /** Ends an operation that began. */
  end(userId: string, cost: number): void {
    const user = cost < this.#smallCost ? undefined : this.#users.get(userId);
    if (!user) return;
    user.running -= cost;
    for (
      let next = user.waiting[0];
      next && user.running + next.cost <= this.maxCost;
      [next] = user.waiting
    ) {
      user.waiting.shift();
      user.running += next.cost;
      next.begin();
    }
    if (user.running === 0) this.#users.delete(userId);
  }
}
