import { SwitchboardError } from '../errors.js';
import { OutboundError, type Fetch } from '../net/guarded-fetch.js';

/** One request of a discovery, as evidence that an administrator can read. */
export interface DiscoveryStep {
  /** What was looked for: `Protected resource metadata`, `initialize` … */
  name: string;
  /** What was requested. */
  url: string;
  /** The HTTP status; null when no answer came. */
  status: number | null;
  outcome: 'FOUND' | 'NOT_HERE' | 'FAILED';
  /** Why, in our own words; never text of the remote side. */
  detail: string;
}

export type JsonObject = Record<string, unknown>;

/** What a document turned out to be, once somebody who knows its kind has looked at it. */
export type Finding<T> =
  | { outcome: 'FOUND'; value: T; detail: string }
  | { outcome: 'NOT_HERE'; detail: string }
  | { outcome: 'FAILED'; detail: string; remedy: string };

/** Where a metadata document is looked for. */
export interface Lookup {
  name: string;
  url: string;
  /** The server itself named this URL: whatever is wrong with it ends the discovery instead of being passed over. */
  announced: boolean;
}

const tryAgain = 'Try again later; if it stays so, its operator has to look into it.';

/**
 * The steps of one discovery, in order, and the rule for when it ends: only a clear "not here" at a guessed URL lets it
 * go on. An outage never does, because the next place to look at may be a weaker one.
 */
export class DiscoveryTrail {
  /** @param steps what an earlier part of the same discovery has noted; it is continued in place */
  constructor(readonly steps: DiscoveryStep[] = []) {}

  note(step: DiscoveryStep): void {
    this.steps.push(step);
  }

  /** The error that ends a discovery; it carries every step so far and what to do. */
  failure(message: string, remedy: string): SwitchboardError {
    return new SwitchboardError('DISCOVERY_FAILED', message, { steps: this.steps, remedy });
  }

  /**
   * Requests something for its status and headers alone.
   * @throws DISCOVERY_FAILED when no answer comes, or one that only says to come back later (408, 429, 5xx)
   */
  async request(name: string, url: string, fetch: Fetch, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(url, init);
    } catch (error) {
      throw this.#unreachable(name, url, error);
    }
    if (isOutage(response.status)) throw this.#outage(name, url, response.status);
    return response;
  }

  /**
   * Reads one JSON document and has it judged.
   * @returns null when it is not here
   * @throws DISCOVERY_FAILED on an outage, on a FAILED judgement, and at an announced URL on anything but a find
   */
  async read<T>(
    lookup: Lookup,
    fetch: Fetch,
    judge: (document: JsonObject) => Finding<T>,
  ): Promise<T | null> {
    const { name, url, announced } = lookup;
    const { status, finding } = await this.#readDocument(lookup, fetch, judge);
    const { detail } = finding;
    if (finding.outcome === 'FOUND') {
      this.note({ name, url, status, outcome: 'FOUND', detail });
      return finding.value;
    }
    if (finding.outcome === 'NOT_HERE' && !announced) {
      this.note({ name, url, status, outcome: 'NOT_HERE', detail });
      return null;
    }
    this.note({ name, url, status, outcome: 'FAILED', detail });
    const remedy =
      finding.outcome === 'FAILED'
        ? finding.remedy
        : 'The server itself points to this address, so its operator has to put that right.';
    throw this.failure(`${name}: ${detail}`, remedy);
  }

  async #readDocument<T>(
    { name, url }: Lookup,
    fetch: Fetch,
    judge: (document: JsonObject) => Finding<T>,
  ): Promise<{ status: number | null; finding: Finding<T> }> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, { headers: { accept: 'application/json' } });
      text = await response.text();
    } catch (error) {
      // What is too large or redirects out of bounds is no outage: there is something else at this address.
      const elsewhere = ['REDIRECT_REFUSED', 'TOO_MANY_REDIRECTS', 'TOO_LARGE'];
      if (error instanceof OutboundError && elsewhere.includes(error.reason)) {
        return { status: null, finding: { outcome: 'NOT_HERE', detail: error.message } };
      }
      throw this.#unreachable(name, url, error);
    }
    const { status } = response;
    if (isOutage(status)) throw this.#outage(name, url, status);
    if (status !== 200)
      return { status, finding: { outcome: 'NOT_HERE', detail: 'There is no document here.' } };
    const document = parseObject(text);
    if (!document) {
      return { status, finding: { outcome: 'NOT_HERE', detail: 'The answer is not a JSON document.' } };
    }
    return { status, finding: judge(document) };
  }

  #unreachable(name: string, url: string, error: unknown): unknown {
    if (!(error instanceof OutboundError)) return error;
    this.note({ name, url, status: null, outcome: 'FAILED', detail: error.message });
    return this.failure(`${name}: ${error.message}`, remedies[error.reason] ?? tryAgain);
  }

  #outage(name: string, url: string, status: number): SwitchboardError {
    const detail = `The server answered HTTP ${status}, which says nothing about whether it is here.`;
    this.note({ name, url, status, outcome: 'FAILED', detail });
    return this.failure(`${name}: the server answered HTTP ${status}.`, tryAgain);
  }
}

const remedies: Partial<Record<OutboundError['reason'], string>> = {
  INVALID_URL: 'Check the address.',
  ADDRESS_REFUSED: 'If this address is meant to be reached from here, list it in ALLOWED_PRIVATE_CIDRS.',
  DNS: 'Check the host name.',
  TLS: 'Its operator has to renew or correct the certificate; a private authority is trusted with EXTRA_CA_FILE.',
  REDIRECT_REFUSED: 'Enter the address that it redirects to.',
};

function isOutage(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : null;
  } catch {
    return null;
  }
}
