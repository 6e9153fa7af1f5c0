import { setTimeout as sleep } from 'node:timers/promises';
import type { AnswerLimit } from './answer-limit.js';
import { events, failureOf, isEventStream, readEvent, readJsonAnswer } from './answers.js';
import type { Connection, SentRequest } from './connection.js';
import { isToolCall, replyTo, type Answer, type JsonRpcMessage } from './json-rpc.js';
import { McpHttpError, UnreadableAnswer } from './remote-errors.js';
import { OutboundError } from '../net/guarded-fetch.js';
import type { SessionFetch } from './session-fetch.js';

/** The pause before a broken event stream is resumed, unless the server names another. */
const resumeAfterMs = 1_000;
/** Failed attempts in a row to resume a stream. */
const maxResumeFailures = 2;

/** The Streamable HTTP transport: each request is a POST, whose response holds the answer. */
export class StreamableHttpConnection implements Connection {
  readonly #fetch: SessionFetch;
  readonly #url: URL;
  readonly #limit: AnswerLimit;
  /** Headers of every request, such as the session id. */
  #headers: Record<string, string> = {};

  constructor({ fetch, url, limit }: { fetch: SessionFetch; url: URL; limit: AnswerLimit }) {
    this.#fetch = fetch;
    this.#url = url;
    this.#limit = limit;
  }

  /** Sets the headers of a negotiated session. */
  use(headers: Record<string, string>): void {
    this.#headers = headers;
  }

  async request({ message, headers, signal, isGuess, limit, onResponse }: SentRequest): Promise<Answer> {
    const sent = this.#post(message, { ...this.#headers, ...headers }, signal);
    const response = await (isGuess
      ? this.#fetch.guess(this.#url, sent)
      : this.#fetch.fetch(this.#url, sent));
    onResponse?.(response);
    const within = limit ?? this.#limit;
    if (!response.ok) throw await failureOf(response, message.id, within);
    if (!isEventStream(response)) return readJsonAnswer(response, message.id, within);
    return this.#followStream(response, { id: message.id, signal, limit: within });
  }

  /** Sends a notification. The server's response to it means nothing. */
  async notify(message: JsonRpcMessage, signal?: AbortSignal): Promise<void> {
    const response = await this.#fetch.fetch(this.#url, this.#post(message, this.#headers, signal));
    await response.body?.cancel();
  }

  /** Ends the session on the server, if it has issued an id. */
  async end(signal: AbortSignal): Promise<void> {
    if (this.#headers['mcp-session-id'] === undefined) return;
    await this.#fetch.end(this.#url, { method: 'DELETE', headers: this.#headers, signal });
  }

  #post(message: JsonRpcMessage, headers: Record<string, string>, signal: AbortSignal | undefined) {
    return {
      method: 'POST' as const,
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(message),
      ...(signal && { signal }),
      isOnce: isToolCall(message),
    };
  }

  /** Reads the events until the answer. Resumes a stream that ends before it, from its last event with an id. */
  async #followStream(
    first: Response,
    request: { id: number; signal: AbortSignal; limit: AnswerLimit },
  ): Promise<Answer> {
    const state: StreamState = { lastEventId: undefined, pauseMs: resumeAfterMs };
    for (let response = first; ;) {
      const answer = await this.#readStream(response, request, state);
      if (answer) return answer;
      if (state.lastEventId === undefined) throw new UnreadableAnswer('CLOSED');
      response = await this.#resume(state, request.signal);
    }
  }

  async #readStream(
    response: Response,
    { id, limit }: { id: number; limit: AnswerLimit },
    state: StreamState,
  ): Promise<Answer | null> {
    try {
      for await (const event of events(response, limit, (pause) => (state.pauseMs = pause))) {
        if (event.id) state.lastEventId = event.id;
        const read = readEvent(event, id);
        if (read && 'answer' in read) return read.answer;
        if (read) void this.notify(replyTo(read.request)).catch(() => {});
      }
    } catch (error) {
      const isBroken = error instanceof OutboundError && error.reason === 'CONNECTION';
      if (!isBroken || state.lastEventId === undefined) throw error;
    }
    return null;
  }

  async #resume({ lastEventId = '', pauseMs }: StreamState, signal: AbortSignal): Promise<Response> {
    const headers = { ...this.#headers, accept: 'text/event-stream', 'last-event-id': lastEventId };
    for (let failures = 1; ; failures++) {
      await sleep(pauseMs, undefined, { signal });
      try {
        const response = await this.#fetch.fetch(this.#url, { method: 'GET', headers, signal });
        if (response.ok && isEventStream(response)) return response;
        await response.body?.cancel();
        throw response.status === 405
          ? new UnreadableAnswer('CLOSED')
          : new McpHttpError(response.status, '');
      } catch (error) {
        if (failures === maxResumeFailures || signal.aborted) throw error;
      }
    }
  }
}

interface StreamState {
  lastEventId: string | undefined;
  pauseMs: number;
}
