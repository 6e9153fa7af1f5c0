import { useEffect, type RefObject } from 'react';
import type { GraphqlFailure } from '../../graphql/client.js';

/** The labels of a form's fields by input path. An index is left out: `customHeaders[].name`. */
export type FieldLabels = Readonly<Record<string, string>>;

/** Returns the error of the field at an input path, or of an entry in its list. */
export type ErrorAt = (path: string) => string | undefined;

/**
 * Describes a failure's invalid fields by their labels. When the failure arrives, opens the collapsed sections that contain
 * an invalid field, and focuses the first field.
 */
export function useFieldErrors(
  failure: GraphqlFailure | null,
  labels: FieldLabels,
  form: RefObject<HTMLFormElement>,
): ErrorAt {
  useEffect(() => {
    if (!failure?.details.fields || !form.current) return;
    const sections = form.current.querySelectorAll<HTMLDetailsElement>('details:has([aria-invalid])');
    for (const section of sections) section.open = true;
    form.current.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [failure, form]);
  const errors = (failure?.details.fields ?? []).map(({ path, message }) => {
    const inputPath = path.replace(/^input\./, '');
    return { path: inputPath, text: errorText(labelOf(inputPath, labels), message) };
  });
  return (path) =>
    errors.find((error) => error.path === path || error.path.replace(/\[\d+\]$/, '') === path)?.text;
}

function labelOf(path: string, labels: FieldLabels): string {
  return labels[path.replaceAll(/\[\d+\]/g, '[]')] ?? 'This field';
}

/** Names of the API: camelCase, UPPER_CASE, and the types that a value must have. */
const apiName = /[a-z][A-Z]|[A-Z]_[A-Z]|\bof type\b/;

/** Builds the error's text from the server's sentences ("Enter an https URL."), without those that name the API. */
function errorText(label: string, message: string): string {
  const [first = '', ...more] = message.split(/(?<=\.) /);
  if (apiName.test(first)) return `Check the ${lowerFirst(label)}.`;
  return [first, ...more.filter((sentence) => !apiName.test(sentence))].join(' ');
}

/** "Name" becomes "name"; "URL" stays. */
function lowerFirst(label: string): string {
  return /^[A-Z]([a-z -]|$)/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label;
}
