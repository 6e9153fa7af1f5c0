/*
 * Limits on what a request may contain, and on what an error tells about it. Each is checked before the work that it
 * limits. `http/` limits the size of bodies, and each field of a server its own length.
 */

/** Elements of one list at most, in variables and in documents. No list input of the schema takes more than 500. */
export const maxListLength = 1_000;

/** Mistakes that one error lists at most, and errors in one document. The search for more ends there. */
export const maxMistakes = 50;

/** Characters of an error's message at most, and of each of its mistakes. */
export const maxMessageLength = 2_000;

/** Rows of one page of a list at most. Every list refuses a larger argument `first`. */
export const maxFirst = 200;

/** Characters of one document at most. A longer value belongs into a variable. */
export const maxDocumentLength = 100_000;

/** Lines of one document at most. For the location of each error, graphql-js reads all lines before it. */
export const maxDocumentLines = 2_000;

/** Characters of a name in a document at most. The response repeats an alias in each row, and an error the names it is about. */
export const maxNameLength = 128;

/** Lexical tokens in one document. The parser stops at this limit. GraphiQL's introspection query has about 300. */
export const maxTokens = 1_000;

/** Nested selections of one operation, with fragments expanded. Introspection fields don't count. */
export const maxDepth = 12;

/** Aliased fields of one operation, with fragments expanded at every spread. */
export const maxAliases = 50;
