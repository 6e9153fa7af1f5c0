import { SwitchboardError } from '../../errors.js';
import { toLine } from '../../text.js';
import { isObject, type JsonObject } from './json.js';
import { readTool, type Era, type McpTool } from './tool-definition.js';

/** A mistake in a server's list of tools. */
export interface ToolDefect {
  /** The tool's name as one line of plain text. It is remote text, for administrators. '' if it has none. */
  name: string;
  /** The place in the server's list, from 1. Null if the defect is about the list. */
  position: number | null;
  /** REPAIRED and LEFT_OUT are about one tool. With INCOMPLETE, the list may lack tools. */
  outcome: 'REPAIRED' | 'LEFT_OUT' | 'INCOMPLETE';
  /** The mistake, in Switchboard's words. */
  message: string;
}

export interface ToolList {
  tools: McpTool[];
  /** The first ones, `maxDefects` at most. */
  defects: ToolDefect[];
  /** The number of all defects. */
  defectCount: number;
}

/** An opaque value with which the server continues its list. It is a string, but some servers send a number. */
export type Cursor = string | number;

/** The pages of a list at most. */
export const maxPages = 200;

/** The defects that are kept at most. */
export const maxDefects = 100;

const maxShownName = 200;

/**
 * Reads a server's list of tools page by page. A bad definition costs itself at most. Each name is listed once, with its
 * first definition.
 */
export class ToolListReader implements ToolList {
  readonly tools: McpTool[] = [];
  readonly defects: ToolDefect[] = [];
  defectCount = 0;
  readonly #era: Era;
  readonly #names = new Set<string>();
  readonly #cursors = new Set<Cursor>();
  #previousPage: McpTool[] = [];
  #position = 0;
  #pages = 0;

  constructor(era: Era) {
    this.#era = era;
  }

  /**
   * Adds the result of a `tools/list` request.
   * @returns the cursor of the next page, or null at the end of the list
   * @throws UPSTREAM_ERROR if the first page is not a list, or if the list doesn't end
   */
  add(result: unknown): Cursor | null {
    this.#pages += 1;
    const definitions = this.#definitions(result);
    if (definitions === null) {
      if (this.#pages === 1) throw unreadable();
      this.stop('A later page of the list could not be read.');
      return null;
    }
    const known = this.#names.size;
    const page = definitions.map((definition) => this.#addTool(definition)).filter((tool) => tool !== null);
    const hasNewTools = this.#names.size > known;
    const cursor = isObject(result) ? this.#nextCursor(result) : null;
    // A server that ignores cursors answers each with the same page.
    const isSamePage = !hasNewTools && page.length > 0 && areSame(page, this.#previousPage);
    this.#previousPage = page;
    if (cursor === null || isSamePage) return null;
    if (this.#pages < maxPages) return cursor;
    if (hasNewTools) throw endless();
    this.stop('The list does not end.');
    return null;
  }

  /** Ends the list before its last page. The tools of the pages before are kept. */
  stop(message: string): void {
    this.#report({ name: '', position: null, outcome: 'INCOMPLETE', message });
  }

  #definitions(result: unknown): unknown[] | null {
    // Some servers send the list itself.
    if (Array.isArray(result)) return result;
    const given = isObject(result) ? result.tools : result;
    if (Array.isArray(given)) return given;
    if (given == null) {
      this.stop('The response has no list of tools.');
      return [];
    }
    if (!isObject(given)) return null;
    const message = 'The tools are an object, not a list.';
    this.#report({ name: '', position: null, outcome: 'REPAIRED', message });
    return typeof given.name === 'string' ? [given] : namedByKey(given);
  }

  /** Adds a tool unless another one has its name. Returns the tool of a usable definition. */
  #addTool(definition: unknown): McpTool | null {
    this.#position += 1;
    const { tool, mistakes } = readTool(definition, this.#era);
    const isRepeated = tool !== null && this.#names.has(tool.name);
    if (isRepeated) mistakes.push('Its name occurs more than once. The first definition is used.');
    if (tool && !isRepeated) {
      this.#names.add(tool.name);
      this.tools.push(tool);
    }
    // The pages of a server that repeats them are no mistakes of single tools.
    if (mistakes.length > 0 && !(isRepeated && this.#pages > 1)) {
      const outcome = tool && !isRepeated ? 'REPAIRED' : 'LEFT_OUT';
      this.#report({
        name: nameOf(definition),
        position: this.#position,
        outcome,
        message: mistakes.join(' '),
      });
    }
    return tool;
  }

  #nextCursor({ nextCursor }: JsonObject): Cursor | null {
    if (typeof nextCursor !== 'string' && typeof nextCursor !== 'number') return null;
    // The older protocol's servers end the list with '' too. In the current one, '' is a cursor like any other.
    if (nextCursor === '' && this.#era === 'legacy') return null;
    if (this.#cursors.has(nextCursor)) return null;
    this.#cursors.add(nextCursor);
    return nextCursor;
  }

  #report(defect: ToolDefect): void {
    this.defectCount += 1;
    if (this.defects.length < maxDefects) this.defects.push(defect);
  }
}

function areSame(page: readonly McpTool[], other: readonly McpTool[]): boolean {
  return (
    page.length === other.length &&
    page.every((tool, index) => JSON.stringify(tool) === JSON.stringify(other[index]))
  );
}

function namedByKey(tools: JsonObject): unknown[] {
  return Object.entries(tools).map(([name, tool]) => (isObject(tool) ? Object.assign({ name }, tool) : tool));
}

function nameOf(definition: unknown): string {
  const name = isObject(definition) ? definition.name : undefined;
  return typeof name === 'string' ? toLine(name, maxShownName) : '';
}

function unreadable(): SwitchboardError {
  return new SwitchboardError('UPSTREAM_ERROR', 'The tool list of the MCP server is not a list.');
}

function endless(): SwitchboardError {
  return new SwitchboardError(
    'UPSTREAM_ERROR',
    `The tool list of the MCP server does not end: it has more than ${maxPages} pages. The limit is fixed. The server must send longer pages.`,
  );
}
