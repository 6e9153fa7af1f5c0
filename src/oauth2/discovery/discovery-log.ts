import { OutboundError, type Fetch } from '../../net/guarded-fetch.js';
import {
  DiscoveryError,
  tryAgainLater,
  unreachable,
  type Failure,
  type Operator,
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
      remedy: string;
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

/** A request for a metadata document. */
export interface DocumentRequest extends StepRequest {
  /** True if the server announced this URL. Then any failure ends the discovery; at a guessed URL it does not. */
  announced: boolean;
}

/**
 * The steps of one discovery, in order, and the rule for when it ends. It continues only after a clear "not here" at a
 * guessed URL. An outage always ends it, because the next location to try may be less secure.
 */
export class DiscoveryLog {
  /**
   * @param steps the steps of an earlier part of the same discovery. New steps are appended to this array.
   * @param onStep called with each step as soon as it completes
   */
  constructor(
    readonly steps: DiscoveryStep[] = [],
    private readonly onStep?: (step: DiscoveryStep) => void,
  ) {}

  add(step: DiscoveryStep): void {
    this.steps.push(step);
    this.onStep?.(step);
  }

  /** Creates the error that ends the discovery. It carries every step so far. */
  error(failure: Failure): DiscoveryError {
    return new DiscoveryError(failure, this.steps);
  }

  /**
   * Sends a request and returns its response. The caller adds the step.
   * @throws DiscoveryError when no response comes, or a temporary one (408, 429, 5xx)
   */
  async request(
    request: StepRequest,
    fetch: Fetch,
    init: RequestInit,
  ): Promise<{ response: Response; facts: ResponseFacts }> {
    const clock = startClock();
    let response: Response;
    try {
      response = await fetch(request.url, init);
    } catch (error) {
      throw this.#unreachable(request, clock(null), error);
    }
    const facts = clock(response);
    if (isOutage(response.status)) throw this.#outage(request, facts, response.status);
    return { response, facts };
  }

  /**
   * Reads a JSON document and checks it.
   * @returns null when there is no such document here
   * @throws DiscoveryError on an outage, on a FAILED check, and at an announced URL on any result but FOUND
   */
  async read<T>(
    request: DocumentRequest,
    fetch: Fetch,
    check: (document: JsonObject) => CheckResult<T>,
  ): Promise<T | null> {
    const { announced, operator, ...step } = request;
    const { facts, result } = await this.#readDocument(request, fetch, check);
    const { detail } = result;
    if (result.outcome === 'FOUND') {
      this.add({ ...step, ...facts, outcome: 'FOUND', detail });
      return result.value;
    }
    if (result.outcome === 'NOT_HERE' && !announced) {
      this.add({ ...step, ...facts, outcome: 'NOT_HERE', detail });
      return null;
    }
    const { suggestedSettings = [] } = result.outcome === 'FAILED' ? result : {};
    // The step has the settings too, because a failure does not end every discovery.
    this.add({ ...step, ...facts, outcome: 'FAILED', detail, suggestedSettings });
    throw this.error({
      layer: step.layer,
      responsibleParty: operator,
      message: `${step.name}: ${detail}`,
      remedy:
        result.outcome === 'FAILED'
          ? result.remedy
          : 'The server announces this URL itself. Its operator must correct it.',
      suggestedSettings,
    });
  }

  async #readDocument<T>(
    request: DocumentRequest,
    fetch: Fetch,
    check: (document: JsonObject) => CheckResult<T>,
  ): Promise<{ facts: ResponseFacts; result: CheckResult<T> }> {
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
      throw this.#unreachable(request, facts, error);
    }
    const facts = clock(response);
    const { status } = response;
    if (isOutage(status)) throw this.#outage(request, facts, status);
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
  ): unknown {
    if (!(error instanceof OutboundError)) return error;
    const failure = unreachable(error, operator);
    const { layer, message: detail } = failure;
    this.add({ layer, name, url, expected, ...facts, outcome: 'FAILED', detail });
    return this.error({ ...failure, message: `${serverAt(url, operator)}: ${detail}` });
  }

  #outage(
    { name, url, expected, operator }: StepRequest,
    facts: ResponseFacts,
    status: number,
  ): DiscoveryError {
    const detail = `The server is temporarily unavailable (HTTP ${status}).`;
    this.add({ layer: 'HTTP', name, url, expected, ...facts, outcome: 'FAILED', detail });
    return this.error({
      layer: 'HTTP',
      responsibleParty: operator,
      message: `${serverAt(url, operator)} answered HTTP ${status}.`,
      remedy: tryAgainLater,
    });
  }
}

function serverAt(url: string, operator: Operator): string {
  const { host } = new URL(url);
  return operator === 'MCP_SERVER' ? `The MCP server at ${host}` : `The authorization server at ${host}`;
}

function isOutage(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}
