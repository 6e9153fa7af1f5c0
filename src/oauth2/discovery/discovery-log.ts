import { OutboundError, type Fetch } from '../../net/guarded-fetch.js';
import {
  DiscoveryError,
  tryAgainLater,
  unreachable,
  type Failure,
  type Operator,
  type Remedy,
} from '../report/failure.js';
import { parseObject, type JsonObject } from '../json.js';
import type { Layer } from '../report/layer.js';
import { startClock, type DiscoveryStep, type ResponseFacts } from '../report/step.js';
import type { SuggestedSetting } from '../report/suggested-settings.js';

/** The result of checking a document. */
export type CheckResult<T> =
  | { outcome: 'FOUND'; value: T; detail: string }
  | { outcome: 'NOT_HERE'; detail: string }
  | {
      outcome: 'FAILED';
      detail: string;
      remedy: Remedy;
      suggestedSettings?: readonly SuggestedSetting[];
    };

/** A request of a discovery, before it is sent. */
export interface StepRequest {
  layer: Layer;
  name: string;
  url: string;
  expected: string;
  operator: Operator;
}

/** A location without a usable result. */
export interface Miss {
  /**
   * `NOT_HERE`: the location clearly has none. `UNAVAILABLE`: no response came, or a temporary one (408, 429, 5xx).
   * `FAILED`: there is one, and it cannot be used.
   */
  reason: 'NOT_HERE' | 'UNAVAILABLE' | 'FAILED';
  /** The failure to report if no other location has a usable result. */
  failure: Failure;
}

/** The result of reading a document at one location. */
export type Reading<T> = { value: T; miss: null } | { value: null; miss: Miss };

/**
 * The steps of one discovery, in order. A location without a usable document never ends the discovery by itself: the
 * caller decides what comes next, and which failure to report.
 */
export class DiscoveryLog {
  /**
   * @param steps the steps of an earlier part of the same discovery. New steps are appended to this array.
   * @param onStep called with each step as soon as it completes
   * @param deadline aborted when the discovery is out of time
   */
  constructor(
    readonly steps: DiscoveryStep[] = [],
    private readonly onStep?: (step: DiscoveryStep) => void,
    private readonly deadline?: AbortSignal,
  ) {}

  add(step: DiscoveryStep): void {
    this.steps.push(step);
    this.onStep?.(step);
  }

  /** Creates the error that ends the discovery. It carries every step so far. */
  error(failure: Failure): DiscoveryError {
    return new DiscoveryError(failure, this.steps);
  }

  /** Returns true for a request that failed because the discovery is cancelled or out of time. */
  isOver(error: OutboundError): boolean {
    return error.reason === 'ABORTED' || this.deadline?.aborted === true;
  }

  /**
   * Sends a request and returns its response. The caller adds the step. If no response comes, or a temporary one, the
   * step is added here, with the outcome `unavailableAs`.
   * @throws DiscoveryError when the discovery is cancelled or out of time
   */
  async request(
    request: StepRequest,
    fetch: Fetch,
    init: RequestInit,
    unavailableAs: 'FAILED' | 'NOT_HERE',
  ): Promise<
    | { response: Response; facts: ResponseFacts }
    /** `status` is 0 if no response came. */
    | { response: null; status: number; failure: Failure }
  > {
    const clock = startClock();
    let response: Response;
    try {
      response = await fetch(request.url, init);
    } catch (error) {
      const failure = this.#unreachable(request, clock(null), error, unavailableAs);
      return { response: null, status: 0, failure };
    }
    const facts = clock(response);
    const { status } = response;
    if (!isOutage(status)) return { response, facts };
    await response.body?.cancel();
    return { response: null, status, failure: this.#outage(request, facts, status, unavailableAs) };
  }

  /**
   * Reads a JSON document, checks it, and adds the step.
   * @throws DiscoveryError when the discovery is cancelled or out of time
   */
  async read<T>(
    request: StepRequest,
    fetch: Fetch,
    check: (document: JsonObject) => CheckResult<T>,
  ): Promise<Reading<T>> {
    const sent = await this.#readDocument(request, fetch, check);
    if ('failure' in sent) return { value: null, miss: { reason: 'UNAVAILABLE', failure: sent.failure } };
    const { facts, result } = sent;
    const { operator, ...step } = request;
    const { outcome, detail } = result;
    const { suggestedSettings = [] } = outcome === 'FAILED' ? result : {};
    // The step has the settings too, because a failure does not end every discovery.
    this.add({ ...step, ...facts, outcome, detail, ...(outcome === 'FAILED' && { suggestedSettings }) });
    if (outcome === 'FOUND') return { value: result.value, miss: null };
    const failure: Failure = {
      layer: step.layer,
      responsibleParty: operator,
      message: `${step.name}: ${detail}`,
      remedy: outcome === 'FAILED' ? result.remedy : `The operator must publish the document at ${step.url}.`,
      suggestedSettings,
    };
    return { value: null, miss: { reason: outcome, failure } };
  }

  async #readDocument<T>(
    request: StepRequest,
    fetch: Fetch,
    check: (document: JsonObject) => CheckResult<T>,
  ): Promise<{ facts: ResponseFacts; result: CheckResult<T> } | { failure: Failure }> {
    const clock = startClock();
    let response: Response;
    let text: string;
    try {
      response = await fetch(request.url, { headers: { accept: 'application/json' } });
      text = await response.text();
    } catch (error) {
      const facts = clock(null);
      // A large response or a refused redirect is no outage: the URL serves something else.
      const elsewhere = ['REDIRECT_REFUSED', 'TOO_MANY_REDIRECTS', 'TOO_LARGE'];
      if (error instanceof OutboundError && elsewhere.includes(error.reason)) {
        return { facts, result: { outcome: 'NOT_HERE', detail: error.message } };
      }
      return { failure: this.#unreachable(request, facts, error, 'NOT_HERE') };
    }
    const facts = clock(response);
    const { status } = response;
    if (isOutage(status)) return { failure: this.#outage(request, facts, status, 'NOT_HERE') };
    if (status !== 200) {
      return { facts, result: { outcome: 'NOT_HERE', detail: 'There is no document at this URL.' } };
    }
    const document = parseObject(text);
    if (!document) {
      return { facts, result: { outcome: 'NOT_HERE', detail: 'The response is not a JSON document.' } };
    }
    return { facts, result: check(document) };
  }

  #unreachable(
    { name, url, expected, operator }: StepRequest,
    facts: ResponseFacts,
    error: unknown,
    outcome: 'FAILED' | 'NOT_HERE',
  ): Failure {
    if (!(error instanceof OutboundError)) throw error;
    const isOver = this.isOver(error);
    const failure = unreachable(error, operator);
    const { layer, message: detail } = failure;
    this.add({ layer, name, url, expected, ...facts, outcome: isOver ? 'FAILED' : outcome, detail });
    const described = { ...failure, message: `${serverAt(url, operator)}: ${detail}` };
    if (isOver) throw this.error(described);
    return described;
  }

  #outage(
    { name, url, expected, operator }: StepRequest,
    facts: ResponseFacts,
    status: number,
    outcome: 'FAILED' | 'NOT_HERE',
  ): Failure {
    const detail = `The server is temporarily unavailable (HTTP ${status}).`;
    this.add({ layer: 'HTTP', name, url, expected, ...facts, outcome, detail });
    return {
      layer: 'HTTP',
      responsibleParty: operator,
      message: `${serverAt(url, operator)} answered HTTP ${status}.`,
      remedy: tryAgainLater,
    };
  }
}

function serverAt(url: string, operator: Operator): string {
  const { host } = new URL(url);
  return operator === 'MCP_SERVER' ? `The MCP server at ${host}` : `The authorization server at ${host}`;
}

function isOutage(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}
