import {
  isNonNullType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Selections of an operation with its fragments expanded. Larger operations are interpreted. */
const maxSelections = 2_000;

type Conditions = ReadonlyMap<string, boolean>;

/** A document's use of its variables. */
export interface VariableUse {
  /** Names of variables that decide `@skip` and `@include`. */
  conditions: readonly string[];
  /** Names of variables within a list or an input object. */
  nested: readonly string[];
}

/** Finds out how a document uses its variables. */
export function variableUse(document: DocumentNode): VariableUse {
  const conditions = new Set<string>();
  const nested = new Set<string>();
  visit(document, {
    Variable({ name }, key, _parent, _path, ancestors) {
      if (key === 'variable') return;
      const nodes = ancestors.filter((ancestor): ancestor is ASTNode => !Array.isArray(ancestor));
      if (nodes.some(isCondition)) conditions.add(name.value);
      if (nodes.some(({ kind }) => kind === Kind.LIST || kind === Kind.OBJECT)) nested.add(name.value);
    },
  });
  return { conditions: [...conditions], nested: [...nested] };
}

const isCondition = (node: ASTNode): boolean =>
  node.kind === Kind.DIRECTIVE && (node.name.value === 'skip' || node.name.value === 'include');

/**
 * Returns a validated query in a form that graphql-jit executes exactly as graphql-js does, or null for a query to
 * interpret.
 *
 * The form has neither named fragments nor conditions. graphql-jit collects each named fragment once, without regard to
 * the condition of its first spread, and merges the conditions of a field that occurs several times; both lose fields. So
 * fragments are inlined, and `@skip` and `@include` are decided by `conditions`. Interpreted are introspection, which
 * compiles slowly (about 30 ms) and which tools request once, large queries, and nullable variables in non-null positions,
 * whose null graphql-jit accepts.
 */
export function toCompilable(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  conditions: Conditions,
): DocumentNode | null {
  const selectionSet = expand(document, operation.selectionSet, conditions);
  if (!selectionSet || selectsIntrospection(selectionSet)) return null;
  const expanded: OperationDefinitionNode = { ...operation, selectionSet };
  return hasCompilableVariables(schema, expanded) ? { ...document, definitions: [expanded] } : null;
}

/** Inlines fragments and applies conditions. Returns null for an empty set, and for more than `maxSelections`. */
function expand(
  document: DocumentNode,
  root: SelectionSetNode,
  conditions: Conditions,
): SelectionSetNode | null {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  let count = 0;
  let isEmptied = false;
  const expandSet = (set: SelectionSetNode): SelectionSetNode => {
    const selections: SelectionNode[] = [];
    for (const { directives, ...selection } of set.selections) {
      count += 1;
      if (count > maxSelections) break;
      if (!isIncluded(directives ?? [], conditions)) continue;
      if (selection.kind === Kind.FIELD) {
        const { selectionSet, ...field } = selection;
        const below = selectionSet && expandSet(selectionSet);
        if (below?.selections.length === 0) isEmptied = true;
        selections.push(below ? { ...field, selectionSet: below } : field);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (!fragment) continue;
      const { typeCondition, selectionSet } = fragment;
      const below = expandSet(selectionSet);
      if (below.selections.length === 0) continue;
      selections.push({
        kind: Kind.INLINE_FRAGMENT,
        ...(typeCondition && { typeCondition }),
        selectionSet: below,
      });
    }
    return { ...set, selections };
  };
  const expanded = expandSet(root);
  return isEmptied || count > maxSelections || expanded.selections.length === 0 ? null : expanded;
}

function isIncluded(directives: readonly DirectiveNode[], conditions: Conditions): boolean {
  return directives.every(({ name, arguments: args }) => {
    if (name.value !== 'skip' && name.value !== 'include') return true;
    const value = args?.[0]?.value;
    const holds =
      value?.kind === Kind.VARIABLE
        ? conditions.get(value.name.value)
        : value?.kind === Kind.BOOLEAN && value.value;
    return name.value === 'include' ? holds : !holds;
  });
}

function selectsIntrospection({ selections }: SelectionSetNode): boolean {
  return selections.some((selection) =>
    selection.kind === Kind.INLINE_FRAGMENT
      ? selectsIntrospection(selection.selectionSet)
      : selection.kind === Kind.FIELD && ['__schema', '__type'].includes(selection.name.value),
  );
}

function hasCompilableVariables(schema: GraphQLSchema, operation: OperationDefinitionNode): boolean {
  const nullable = new Set<string>();
  for (const { variable, type } of operation.variableDefinitions ?? []) {
    if (type.kind !== Kind.NON_NULL_TYPE) nullable.add(variable.name.value);
  }
  let isCompilable = true;
  const typeInfo = new TypeInfo(schema);
  const visitor = {
    VariableDefinition: () => false,
    Variable: ({ name }: { name: { value: string } }) => {
      if (nullable.has(name.value) && isNonNullType(typeInfo.getInputType())) isCompilable = false;
    },
  };
  visit(operation as ASTNode, visitWithTypeInfo(typeInfo, visitor));
  return isCompilable;
}
