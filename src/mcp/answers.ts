import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { AnswerLimit } from './answer-limit.js';
import { answerIn, parseJson, serverRequestIn, type Answer } from './json-rpc.js';
import { McpHttpError, UnreadableAnswer } from './remote-errors.js';

/** The characters of a failed response that are kept. */
const keptLength = 2_000;

export function isEventStream(response: Response): boolean {
  return /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
}

/** Reads the text of a response within the limit. */
async function readText(response: Response, limit: AnswerLimit): Promise<string> {
  const decoder = new TextDecoder();
  const count = limit.counter(response.url, false);
  let text = '';
  for await (const chunk of chunks(response)) {
    count(chunk);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Reads the chunks of a response. Cancels the rest if the caller stops early. */
async function* chunks(response: Response): AsyncGenerator<Uint8Array> {
  if (!response.body) return;
  const reader = response.body.getReader();
  let isWhole = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      isWhole = done;
      if (done) return;
      yield value;
    }
  } finally {
    // Waiting for the server's end of the stream could take for ever.
    if (!isWhole) void reader.cancel().catch(() => {});
  }
}

/** Reads the events of a stream. `onRetry` gets the pause before a reconnection, in milliseconds. */
export async function* events(
  response: Response,
  limit: AnswerLimit,
  onRetry?: (milliseconds: number) => void,
): AsyncGenerator<EventSourceMessage> {
  const decoder = new TextDecoder();
  const count = limit.counter(response.url, true);
  let parsed: EventSourceMessage[] = [];
  const parser = createParser({
    onEvent: (event) => void parsed.push(event),
    ...(onRetry && { onRetry }),
  });
  for await (const chunk of chunks(response)) {
    count(chunk);
    parser.feed(decoder.decode(chunk, { stream: true }));
    const ready = parsed;
    parsed = [];
    yield* ready;
  }
}

/** Returns the error that a response with an error status means. */
export async function failureOf(response: Response, id: number, limit: AnswerLimit): Promise<Error> {
  const { status } = response;
  const text = isEventStream(response) ? '' : await readText(response, limit);
  const answer = answerIn(parseJson(text), { id, httpStatus: status });
  return answer && 'error' in answer ? answer.error : new McpHttpError(status, text.slice(0, keptLength));
}

/**
 * Reads the answer from a response that is not an event stream. It is read as JSON whatever its content type is, because
 * servers send `text/plain`, `application/json-rpc` or none.
 * @throws UnreadableAnswer
 */
export async function readJsonAnswer(response: Response, id: number, limit: AnswerLimit): Promise<Answer> {
  const message = parseJson(await readText(response, limit));
  const messages: unknown[] = Array.isArray(message) ? message : [message];
  const find = (wanted: number | 'ANY') =>
    messages.map((one) => answerIn(one, { id: wanted, httpStatus: response.status })).find((one) => one);
  // The response belongs to the request, whatever id the answer repeats.
  const answer = find(id) ?? (messages.length === 1 ? find('ANY') : undefined);
  if (!answer) throw new UnreadableAnswer('MALFORMED');
  return answer;
}

/** Reads an event of a stream: the answer to the request with this id, a request of the server, or neither. */
export function readEvent(
  { event, data }: EventSourceMessage,
  id: number,
): { answer: Answer } | { request: { id: string | number; method: string } } | null {
  if ((event !== undefined && event !== 'message') || data === '') return null;
  const message = parseJson(data);
  const answer = answerIn(message, { id, httpStatus: 200 });
  if (answer) return { answer };
  const request = serverRequestIn(message);
  return request && { request };
}
