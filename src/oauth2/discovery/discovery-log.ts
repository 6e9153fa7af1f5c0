import { SwitchboardError, type CompatibilitySetting } from '../../errors.js';
import { OutboundError, type Fetch } from '../../net/guarded-fetch.js';
import { startEvidence, type AnswerEvidence } from '../report/evidence.js';
import type { Blame, Layer, Operator } from '../report/layer.js';
import { offer } from '../report/suggested-settings.js';

/** One request of a discovery, as evidence that an administrator can read. */
export interface DiscoveryStep extends AnswerEvidence {
  layer: Layer;
  /** What was looked for: `Protected resource metadata`, `initialize` … */
  name: string;
  /** What was requested. */
  url: string;
  /** What an answer that serves looks like. */
  expected: string;
  outcome: 'FOUND' | 'NOT_HERE' | 'FAILED';
  /** Why, in our own words; never text of the remote side. */
  detail: string;
}

export type JsonObject = Record<string, unknown>;

/** What a document turned out to be, once somebody who knows its kind has looked at it. */
export type Finding<T> =
  | { outcome: 'FOUND'; value: T; detail: string }
  | { outcome: 'NOT_HERE'; detail: string }
  | {
      outcome: 'FAILED';
      detail: string;
      remedy: string;
      suggestedSettings?: readonly CompatibilitySetting[];
    };

/** What is requested, of whom, and what for. */
export interface Inquiry {
  layer: Layer;
  name: string;
  url: string;
  expected: string;
  operator: Operator;
}

/** Where a metadata document is looked for. */
export interface Lookup extends Inquiry {
  /** The server itself named this URL: whatever is wrong with it ends the discovery instead of being passed over. */
  announced: boolean;
}

const tryAgain = 'Try again later; if it stays so, its operator has to look into it.';

/**
 * The steps of one discovery, in order, and the rule for when it ends: only a clear "not here" at a guessed URL lets it
 * go on. An outage never does, because the next place to look at may be a weaker one.
 */
export class DiscoveryTrail {
  /**
   * @param steps what an earlier part of the same discovery has noted; it is continued in place
   * @param onStep told of each step as soon as it is known
   */
  constructor(
    readonly steps: DiscoveryStep[] = [],
    private readonly onStep?: (step: DiscoveryStep) => void,
  ) {}

  note(step: DiscoveryStep): void {
    this.steps.push(step);
    this.onStep?.(step);
  }

  /**
   * The error that ends a discovery; it carries every step so far, where it failed, who has to act and what to do.
   * @param suggestedSettings what an administrator could relax for this server, so that it would not fail
   */
  failure(
    message: string,
    remedy: string,
    { layer, responsibleParty }: Blame,
    suggestedSettings: readonly CompatibilitySetting[] = [],
  ): SwitchboardError {
    return new SwitchboardError('DISCOVERY_FAILED', message, {
      steps: this.steps,
      layer,
      responsibleParty,
      remedy: [remedy, ...suggestedSettings.map(offer)].join(' '),
      suggestedSettings,
    });
  }

  /**
   * Requests something for its status and headers alone.
   * @throws DISCOVERY_FAILED when no answer comes, or one that only says to come back later (408, 429, 5xx)
   */
  async request(
    inquiry: Inquiry,
    fetch: Fetch,
    init: RequestInit,
  ): Promise<{ response: Response; evidence: AnswerEvidence }> {
    const evidenceOf = startEvidence();
    let response: Response;
    try {
      response = await fetch(inquiry.url, init);
    } catch (error) {
      throw this.#unreachable(inquiry, evidenceOf(null), error);
    }
    const evidence = evidenceOf(response);
    if (isOutage(response.status)) throw this.#outage(inquiry, evidence, response.status);
    return { response, evidence };
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
    const { announced, operator, ...inquiry } = lookup;
    const { layer, name } = inquiry;
    const { evidence, finding } = await this.#readDocument(lookup, fetch, judge);
    const { detail } = finding;
    if (finding.outcome === 'FOUND') {
      this.note({ ...inquiry, ...evidence, outcome: 'FOUND', detail });
      return finding.value;
    }
    if (finding.outcome === 'NOT_HERE' && !announced) {
      this.note({ ...inquiry, ...evidence, outcome: 'NOT_HERE', detail });
      return null;
    }
    const suggestedSettings = finding.outcome === 'FAILED' ? (finding.suggestedSettings ?? []) : [];
    // In the step as well, since a failure does not end every discovery.
    const explained = [detail, ...suggestedSettings.map(offer)].join(' ');
    this.note({ ...inquiry, ...evidence, outcome: 'FAILED', detail: explained });
    const remedy =
      finding.outcome === 'FAILED'
        ? finding.remedy
        : 'The server itself points to this address, so its operator has to put that right.';
    throw this.failure(
      `${name}: ${detail}`,
      remedy,
      { layer, responsibleParty: operator },
      suggestedSettings,
    );
  }

  async #readDocument<T>(
    lookup: Lookup,
    fetch: Fetch,
    judge: (document: JsonObject) => Finding<T>,
  ): Promise<{ evidence: AnswerEvidence; finding: Finding<T> }> {
    const evidenceOf = startEvidence();
    let response: Response;
    let text: string;
    try {
      response = await fetch(lookup.url, { headers: { accept: 'application/json' } });
      text = await response.text();
    } catch (error) {
      const evidence = evidenceOf(null);
      // What is too large or redirects out of bounds is no outage: there is something else at this address.
      const elsewhere = ['REDIRECT_REFUSED', 'TOO_MANY_REDIRECTS', 'TOO_LARGE'];
      if (error instanceof OutboundError && elsewhere.includes(error.reason)) {
        return { evidence, finding: { outcome: 'NOT_HERE', detail: error.message } };
      }
      throw this.#unreachable(lookup, evidence, error);
    }
    const evidence = evidenceOf(response);
    const { status } = response;
    if (isOutage(status)) throw this.#outage(lookup, evidence, status);
    if (status !== 200)
      return { evidence, finding: { outcome: 'NOT_HERE', detail: 'There is no document here.' } };
    const document = parseObject(text);
    if (!document) {
      return { evidence, finding: { outcome: 'NOT_HERE', detail: 'The answer is not a JSON document.' } };
    }
    return { evidence, finding: judge(document) };
  }

  #unreachable(
    { name, url, expected, operator }: Inquiry,
    evidence: AnswerEvidence,
    error: unknown,
  ): unknown {
    if (!(error instanceof OutboundError)) return error;
    const { remedy, ...blame } = blameFor(error.reason, operator);
    this.note({
      layer: blame.layer,
      name,
      url,
      expected,
      ...evidence,
      outcome: 'FAILED',
      detail: error.message,
    });
    return this.failure(`${whoseAnswer(operator, url)}: ${error.message}`, remedy, blame);
  }

  #outage(
    { name, url, expected, operator }: Inquiry,
    evidence: AnswerEvidence,
    status: number,
  ): SwitchboardError {
    const detail = `The server answered HTTP ${status}, which says nothing about whether it is here.`;
    this.note({ layer: 'HTTP', name, url, expected, ...evidence, outcome: 'FAILED', detail });
    return this.failure(`${whoseAnswer(operator, url)} answered HTTP ${status}.`, tryAgain, {
      layer: 'HTTP',
      responsibleParty: operator,
    });
  }
}

/** Where a request that brought no answer failed, whose turn it is, and to do what. */
export function blameFor(reason: OutboundError['reason'], operator: Operator): Blame & { remedy: string } {
  switch (reason) {
    case 'INVALID_URL':
      return { layer: 'HTTP', responsibleParty: 'ADMINISTRATOR', remedy: 'Check the address.' };
    case 'ADDRESS_REFUSED':
      return {
        layer: 'ADDRESS',
        responsibleParty: 'ADMINISTRATOR',
        remedy: 'If this address is meant to be reached from here, list it in ALLOWED_PRIVATE_CIDRS.',
      };
    case 'PLAIN_HTTP_REFUSED':
      return {
        layer: 'ADDRESS',
        responsibleParty: 'ADMINISTRATOR',
        remedy:
          'It has to be reached over https; acceptsPlainHttp is for addresses in ALLOWED_PRIVATE_CIDRS.',
      };
    case 'DNS':
      return {
        layer: 'DNS',
        responsibleParty: operator === 'MCP_SERVER' ? 'ADMINISTRATOR' : operator,
        remedy: 'Check the host name.',
      };
    case 'TLS':
      return {
        layer: 'TLS',
        responsibleParty: operator,
        remedy:
          'Its operator has to renew or correct the certificate; a private authority is trusted with EXTRA_CA_FILE.',
      };
    case 'REDIRECT_REFUSED':
      return {
        layer: 'HTTP',
        responsibleParty: 'ADMINISTRATOR',
        remedy: 'Enter the address that it redirects to; a browser that opens this one shows it.',
      };
    case 'CONNECTION':
      return { layer: 'CONNECT', responsibleParty: 'NETWORK', remedy: tryAgain };
    case 'TIMEOUT':
    case 'TOO_LARGE':
    case 'TOO_MANY_REDIRECTS':
    case 'ABORTED':
      return { layer: 'HTTP', responsibleParty: operator, remedy: tryAgain };
  }
}

function whoseAnswer(operator: Operator, url: string): string {
  const { host } = new URL(url);
  return operator === 'MCP_SERVER' ? `The MCP server at ${host}` : `The authorization server at ${host}`;
}

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
