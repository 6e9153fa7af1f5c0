import {
  GraphQLError,
  Kind,
  type ASTVisitor,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { SwitchboardError } from '../errors.js';
import { maxAliases, maxDepth, maxDocumentLength, maxDocumentLines, maxNameLength } from '../input-limits.js';

/** The counts of a set of selections that the limits bound. */
interface Size {
  depth: number;
  aliases: number;
  mutationFields: number;
}

/** `__schema` and `__type` nest deeply by design. graphql-js limits their depth, and `QueryCost` their cost. */
const isIntrospection = (fieldName: string) => fieldName.startsWith('__');

/** Returns the error for a document that is too long to be parsed and validated, or null. */
export function documentTooLong(text: string): SwitchboardError | null {
  if (text.length > maxDocumentLength) {
    return new SwitchboardError(
      'BAD_USER_INPUT',
      `The document is longer than ${maxDocumentLength.toLocaleString('en')} characters. Send long values in variables.`,
    );
  }
  return hasMoreLines(text, maxDocumentLines)
    ? new SwitchboardError(
        'BAD_USER_INPUT',
        `The document has more than ${maxDocumentLines.toLocaleString('en')} lines.`,
      )
    : null;
}

function hasMoreLines(text: string, max: number): boolean {
  if (text.length < max) return false;
  let lines = 1;
  for (const _end of text.matchAll(/\r\n|[\n\r]/g)) {
    lines += 1;
    if (lines > max) return true;
  }
  return false;
}

/**
 * Refuses names longer than `maxNameLength`, and operations deeper than `maxDepth`, with more than `maxAliases` aliases, or
 * with more than one mutation field. Each mutation may write and send requests, so one per request keeps the work of a
 * request small.
 */
export function LimitsRule(context: ValidationContext): ASTVisitor {
  const ofFragment = new Map<string, Size>();

  const sizeOf = (selectionSet: SelectionSetNode): Size => {
    const size: Size = { depth: 0, aliases: 0, mutationFields: 0 };
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.alias) size.aliases += 1;
        const below = selection.selectionSet ? sizeOf(selection.selectionSet) : { depth: 0, aliases: 0 };
        size.aliases += below.aliases;
        if (isIntrospection(selection.name.value)) continue;
        size.mutationFields += 1;
        size.depth = Math.max(size.depth, 1 + below.depth);
        continue;
      }
      const inner =
        selection.kind === Kind.INLINE_FRAGMENT
          ? sizeOf(selection.selectionSet)
          : sizeOfFragment(context.getFragment(selection.name.value));
      size.depth = Math.max(size.depth, inner.depth);
      size.aliases += inner.aliases;
      size.mutationFields += inner.mutationFields;
    }
    return size;
  };

  const sizeOfFragment = (fragment: FragmentDefinitionNode | null | undefined): Size => {
    const nothing: Size = { depth: 0, aliases: 0, mutationFields: 0 };
    if (!fragment) return nothing;
    const name = fragment.name.value;
    const known = ofFragment.get(name);
    if (known) return known;
    // Another rule reports a fragment that spreads itself. Here it must not loop.
    ofFragment.set(name, nothing);
    const size = sizeOf(fragment.selectionSet);
    ofFragment.set(name, size);
    return size;
  };

  return {
    Name(node) {
      if (node.value.length <= maxNameLength) return;
      context.reportError(
        new GraphQLError(`A name is longer than ${maxNameLength} characters.`, { nodes: node }),
      );
    },
    OperationDefinition(operation: OperationDefinitionNode) {
      const { depth, aliases, mutationFields } = sizeOf(operation.selectionSet);
      const refuse = (message: string) =>
        context.reportError(new GraphQLError(message, { nodes: operation }));
      if (depth > maxDepth) refuse(`The operation is ${depth} levels deep; at most ${maxDepth} are allowed.`);
      if (aliases > maxAliases) {
        // Fragments multiply aliases, to numbers of any size.
        refuse(
          `With its fragments expanded, the operation has more than ${maxAliases} aliases. Split it into several requests.`,
        );
      }
      if (operation.operation === 'mutation' && mutationFields > 1) {
        refuse('Send one mutation field per request.');
      }
    },
  };
}
