import { useEffect, useRef, type ReactNode } from 'react';
import type { GraphqlFailure } from '../../graphql/client.js';
import styles from './failure-message.module.css';

/** Returns the text of a failure for the user. It never contains a name of the API. */
export function failureText({ code, message, details: { fields, requestId } }: GraphqlFailure): string {
  if (code === 'BAD_USER_INPUT' && fields) return 'Check the highlighted fields.';
  // The server rejected the document itself, so this page is older or newer than the server.
  if (code === 'BAD_USER_INPUT') return 'This page is out of date. Reload it and try again.';
  if (code === 'INTERNAL_SERVER_ERROR') {
    const reference = requestId ? `the request ID ${requestId}` : 'the time of this error';
    return `Something went wrong on the server. Give an administrator ${reference}.`;
  }
  return message;
}

const unchanged = (text: string): string => text;

/**
 * Says that an operation failed, why, and what to do, and scrolls into view. Invalid fields have the focus instead. Renders
 * nothing for an ended session, which has a dialog of its own.
 */
export function FailureMessage({
  failure,
  summary,
  rephrase = unchanged,
  children,
}: {
  failure: GraphqlFailure | null;
  /** A sentence: "The token wasn’t revoked." */
  summary?: string;
  /** Rewrites the server's texts, which can contain names of the API. */
  rephrase?: (text: string) => string;
  /** Details below the text. */
  children?: ReactNode;
}) {
  const message = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const isAtField =
      failure?.details.fields && message.current?.closest('form')?.querySelector('[aria-invalid]');
    if (!isAtField) message.current?.scrollIntoView({ block: 'nearest' });
  }, [failure]);
  if (!failure || failure.code === 'UNAUTHENTICATED') return null;
  const { remedy } = failure.details;
  return (
    <div ref={message} role="alert" className={styles.failure}>
      {summary && <p className={styles.summary}>{summary}</p>}
      <p>{rephrase(failureText(failure))}</p>
      {remedy && <p>{rephrase(remedy)}</p>}
      {children}
    </div>
  );
}
