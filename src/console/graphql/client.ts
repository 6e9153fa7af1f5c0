import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';

/** An operation as `codegen.yml` generates it: its text, and the types of its variables and its answer. */
export type Operation<Data, Variables> = DocumentTypeDecoration<Data, Variables> & { toString(): string };

/** What the server adds to an error: see `errors.ts` there, and the descriptions in `schema.graphql`. */
export interface FailureDetails {
  /** BAD_USER_INPUT: every mistake, by the input field's path. */
  fields?: { path: string; message: string }[];
  /** INTERNAL_SERVER_ERROR: what the log has it under. */
  requestId?: string;
  [name: string]: unknown;
}

/**
 * An operation that did not work. `code` is the server's, or UNREACHABLE when no usable answer came: the network, a proxy,
 * or a server that restarts. The message is for people.
 */
export class GraphqlFailure extends Error {
  override readonly name = 'GraphqlFailure';
  readonly code: string;
  readonly details: FailureDetails;

  constructor(code: string, message: string, details: FailureDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: FailureDetails & { code?: string } }[];
}

/**
 * The console's one way to the server. Answers are whole: an error anywhere in one fails the operation.
 * @throws GraphqlFailure, or the signal's reason when it is aborted.
 */
export async function execute<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Data> {
  const { data, errors } = await post<Data>({ query: operation.toString(), variables }, signal);
  const [first] = errors ?? [];
  if (first) {
    const { code = 'INTERNAL_SERVER_ERROR', ...details } = first.extensions ?? {};
    throw new GraphqlFailure(code, first.message, details);
  }
  if (!data) throw unreachable();
  return data;
}

async function post<Data>(body: object, signal: AbortSignal | undefined): Promise<Answer<Data>> {
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
    return (await response.json()) as Answer<Data>;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreachable();
  }
}

/**
 * Posts JSON and yields the answer's text as it arrives, whatever its status.
 * @throws GraphqlFailure UNREACHABLE, or the signal's reason when it is aborted.
 */
export async function* streamText(path: string, body: object, signal: AbortSignal): AsyncGenerator<string> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) yield part.value;
  } catch (error) {
    if (signal.aborted || error instanceof GraphqlFailure) throw error;
    throw unreachable();
  }
}

function unreachable(): GraphqlFailure {
  return new GraphqlFailure(
    'UNREACHABLE',
    'Switchboard does not answer. Check your network; it may also be restarting.',
  );
}
