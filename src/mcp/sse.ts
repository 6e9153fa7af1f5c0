import type { EventSourceMessage } from 'eventsource-parser';
import { OutboundError } from '../net/guarded-fetch.js';
import type { AnswerLimit } from './answer-limit.js';
import { events, failureOf, isEventStream, readEvent } from './answers.js';
import type { Connection, SentRequest } from './connection.js';
import { isToolCall, replyTo, type Answer, type JsonRpcMessage } from './json-rpc.js';
import { UnreadableAnswer } from './remote-errors.js';
import type { SessionFetch } from './session-fetch.js';

/**
 * The HTTP+SSE transport of MCP 2024-11-05: one event stream carries all answers and names the URL that takes requests.
 * The session is the stream. Only its end ends the session; the responses to the POSTs carry nothing.
 */
export class SseConnection implements Connection {
  readonly #fetch: SessionFetch;
  readonly #url: URL;
  readonly #limit: AnswerLimit;
  readonly #closing = new AbortController();
  readonly #pending = new Map<number, (answer: Answer | Error) => void>();
  #headers: Record<string, string> = {};
  #endpoint: Promise<URL> | undefined;
  /** The error that ended the stream. */
  #failure: Error | undefined;

  constructor({ fetch, url, limit }: { fetch: SessionFetch; url: URL; limit: AnswerLimit }) {
    this.#fetch = fetch;
    this.#url = url;
    this.#limit = limit;
  }

  use(headers: Record<string, string>): void {
    this.#headers = headers;
  }

  async request({ message, headers, signal }: SentRequest): Promise<Answer> {
    this.#endpoint ??= this.#open();
    const endpoint = await this.#endpoint;
    const { id } = message;
    const answered = new Promise<Answer | Error>((resolve) => this.#pending.set(id, resolve));
    if (this.#failure) throw this.#failure;
    try {
      const response = await this.#fetch.fetch(endpoint, this.#post(message, headers, signal));
      if (!response.ok) throw await failureOf(response, id, this.#limit);
      await response.body?.cancel();
      const answer = await answered;
      if (answer instanceof Error) throw answer;
      return answer;
    } finally {
      this.#pending.delete(id);
    }
  }

  async notify(message: JsonRpcMessage, signal?: AbortSignal): Promise<void> {
    const endpoint = await this.#endpoint;
    if (!endpoint) return;
    const response = await this.#fetch.fetch(endpoint, this.#post(message, {}, signal));
    await response.body?.cancel();
  }

  async end(): Promise<void> {
    this.#closing.abort();
  }

  #post(message: JsonRpcMessage, headers: Record<string, string> = {}, signal?: AbortSignal) {
    return {
      method: 'POST' as const,
      headers: { ...this.#headers, ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(message),
      ...(signal && { signal }),
      isOnce: isToolCall(message),
    };
  }

  /** Opens the event stream. Returns the URL that takes requests. */
  async #open(): Promise<URL> {
    const response = await this.#fetch.fetch(this.#url, {
      method: 'GET',
      headers: { accept: 'text/event-stream', 'cache-control': 'no-store' },
      // The stream outlives a cancelled request, whose notice the server takes only while the stream is open.
      signal: this.#closing.signal,
    });
    if (!response.ok) throw await failureOf(response, 0, this.#limit);
    if (!isEventStream(response)) {
      await response.body?.cancel();
      throw new UnreadableAnswer('MALFORMED');
    }
    return new Promise((resolve, reject) => void this.#follow(response, resolve).then(reject));
  }

  /** Reads the stream until it ends. Returns the reason, which ends all requests. */
  async #follow(response: Response, onEndpoint: (url: URL) => void): Promise<Error> {
    try {
      await this.#read(response, onEndpoint);
      this.#failure = new UnreadableAnswer('CLOSED');
    } catch (error) {
      this.#failure = error as Error;
    }
    this.#closing.abort();
    for (const answer of this.#pending.values()) answer(this.#failure);
    return this.#failure;
  }

  async #read(response: Response, onEndpoint: (url: URL) => void): Promise<void> {
    for await (const event of events(response, this.#limit)) {
      if (event.event === 'endpoint') onEndpoint(this.#endpointIn(event, response));
      else this.#receive(event);
    }
  }

  #endpointIn({ data }: EventSourceMessage, response: Response): URL {
    const base = response.url || this.#url.href;
    if (!URL.canParse(data, base)) throw new UnreadableAnswer('MALFORMED');
    const endpoint = new URL(data, base);
    if (endpoint.origin !== this.#url.origin) throw new UnreadableAnswer('FOREIGN_ENDPOINT');
    if (endpoint.username || endpoint.password) throw new OutboundError('INVALID_URL', '');
    return endpoint;
  }

  #receive(event: EventSourceMessage): void {
    for (const [id, resolve] of this.#pending) {
      const read = readEvent(event, id);
      if (read && 'answer' in read) return resolve(read.answer);
    }
    const read = readEvent(event, 0);
    if (read && 'request' in read) void this.notify(replyTo(read.request)).catch(() => {});
  }
}
