import {
  GraphQLError,
  Kind,
  type ASTVisitor,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { maxAliases, maxDepth } from '../input-limits.js';

interface Cost {
  depth: number;
  aliases: number;
  mutationFields: number;
}

/** `__schema` and `__type` nest deeply by design, and graphql-js has a separate rule that limits their cost. */
const isIntrospection = (fieldName: string) => fieldName.startsWith('__');

/**
 * Refuses operations deeper than `maxDepth`, with more than `maxAliases` aliases, or with more than one mutation field.
 * Each mutation may write and send requests, so one per request keeps the work of a request small.
 */
export function LimitsRule(context: ValidationContext): ASTVisitor {
  const ofFragment = new Map<string, Cost>();

  const costOf = (selectionSet: SelectionSetNode): Cost => {
    const cost: Cost = { depth: 0, aliases: 0, mutationFields: 0 };
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.alias) cost.aliases += 1;
        const below = selection.selectionSet ? costOf(selection.selectionSet) : { depth: 0, aliases: 0 };
        cost.aliases += below.aliases;
        if (isIntrospection(selection.name.value)) continue;
        cost.mutationFields += 1;
        cost.depth = Math.max(cost.depth, 1 + below.depth);
        continue;
      }
      const inner =
        selection.kind === Kind.INLINE_FRAGMENT
          ? costOf(selection.selectionSet)
          : costOfFragment(context.getFragment(selection.name.value));
      cost.depth = Math.max(cost.depth, inner.depth);
      cost.aliases += inner.aliases;
      cost.mutationFields += inner.mutationFields;
    }
    return cost;
  };

  const costOfFragment = (fragment: FragmentDefinitionNode | null | undefined): Cost => {
    const nothing: Cost = { depth: 0, aliases: 0, mutationFields: 0 };
    if (!fragment) return nothing;
    const name = fragment.name.value;
    const known = ofFragment.get(name);
    if (known) return known;
    // Another rule reports a fragment that spreads itself. Here it must not loop.
    ofFragment.set(name, nothing);
    const cost = costOf(fragment.selectionSet);
    ofFragment.set(name, cost);
    return cost;
  };

  return {
    OperationDefinition(operation: OperationDefinitionNode) {
      const { depth, aliases, mutationFields } = costOf(operation.selectionSet);
      const refuse = (message: string) =>
        context.reportError(new GraphQLError(message, { nodes: operation }));
      if (depth > maxDepth) refuse(`The operation is ${depth} levels deep; at most ${maxDepth} are allowed.`);
      if (aliases > maxAliases)
        refuse(`The operation has ${aliases} aliases; at most ${maxAliases} are allowed.`);
      if (operation.operation === 'mutation' && mutationFields > 1) {
        refuse('Send one mutation field per request.');
      }
      return false;
    },
  };
}
