import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print, type GraphQLFormattedError } from 'graphql';
import type { ErrorCode, FieldMistake } from '../../src/errors.js';
import { requireDocumented } from './documented-errors.js';

export interface Credentials {
  session?: string | undefined;
  token?: string | undefined;
}

export interface AnsweredError extends GraphQLFormattedError {
  extensions: { code: ErrorCode; fields?: FieldMistake[]; requestId?: string; [member: string]: unknown };
}

export interface Answer<Data> {
  status: number;
  headers: Headers;
  /** The body, unparsed. */
  text: string;
  data: Data | null | undefined;
  errors: AnsweredError[] | undefined;
}

/** The data of a response without errors. A root field is null only together with an error. */
type Complete<Data> = { [Field in keyof Data]: NonNullable<Data[Field]> };

type Document<Data, Variables> = string | TypedDocumentNode<Data, Variables>;

export interface GraphqlClient {
  /** Sends an operation and returns the whole response. */
  query<Data = Record<string, unknown>, Variables = Record<string, unknown>>(
    document: Document<Data, Variables>,
    variables?: Variables,
    headers?: Record<string, string>,
  ): Promise<Answer<Data>>;
  /** Returns the data. @throws Error if the response has errors */
  data<Data = Record<string, unknown>, Variables = Record<string, unknown>>(
    document: Document<Data, Variables>,
    variables?: Variables,
  ): Promise<Complete<Data>>;
  /** Returns the first error. @throws Error if the response has none */
  error<Data = Record<string, unknown>, Variables = Record<string, unknown>>(
    document: Document<Data, Variables>,
    variables?: Variables,
  ): Promise<AnsweredError>;
}

/**
 * Returns a client of `POST /graphql`, with these credentials or anonymous. It throws for an error whose members aren't as
 * documented, so that every test checks them.
 */
export function client(
  app: { url: string; publicUrl: string },
  credentials: Credentials = {},
): GraphqlClient {
  const query: GraphqlClient['query'] = async <Data, Variables>(
    document: Document<Data, Variables>,
    variables?: Variables,
    headers: Record<string, string> = {},
  ) => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...credentialHeaders(app, credentials), ...headers },
      body: JSON.stringify({ query: typeof document === 'string' ? document : print(document), variables }),
    });
    const text = await response.text();
    const body = JSON.parse(text) as Pick<Answer<Data>, 'data' | 'errors'>;
    for (const error of body.errors ?? []) requireDocumented(error);
    return { status: response.status, headers: response.headers, text, data: body.data, errors: body.errors };
  };
  return {
    query,
    async data(document, variables) {
      const { data, errors } = await query(document, variables);
      if (errors || !data) throw new Error(`The operation failed: ${JSON.stringify(errors)}`);
      return data as Complete<typeof data>;
    },
    async error(document, variables) {
      const { errors, text } = await query(document, variables);
      if (!errors?.[0]) throw new Error(`The operation did not fail: ${text}`);
      return errors[0];
    },
  };
}

/** Returns the headers of a session or an API token. */
export function credentialHeaders(
  app: { publicUrl: string },
  { session, token }: Credentials,
): Record<string, string> {
  return {
    ...(session !== undefined && { cookie: `${sessionCookieName(app)}=${session}` }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
}

export function sessionCookieName({ publicUrl }: { publicUrl: string }): string {
  return publicUrl.startsWith('https:') ? '__Host-switchboard_session' : 'switchboard_session';
}
