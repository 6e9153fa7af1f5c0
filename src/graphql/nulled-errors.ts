import {
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  typeFromAST,
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

type Path = readonly (string | number)[];

/**
 * Keeps one error for each null that a failed non-null field causes above itself: the first error that causes it. Drops
 * the other errors below that null, whose fields the response doesn't have.
 *
 * graphql-js reports those of them that occurred before the null, and graphql-jit all of them. With this, both report the
 * same nulls once. Where several non-null fields below one null fail, the error is that of the first to fail, and
 * graphql-jit completes fields without a resolver before their siblings.
 */
export function withoutNulledErrors(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  result: ExecutionResult,
): ExecutionResult {
  const { data, errors = [] } = result;
  if (data === undefined || errors.length < 2) return result;
  const nonNull = new NonNullFields(schema, document, operation);
  /** By the paths of nulls. */
  const causes = new Map<string, GraphQLError>();
  const nulls = errors.map((error) => {
    const path = error.path ?? [];
    const depth = depthOfNull(data, path);
    if (depth === null) return null;
    const key = JSON.stringify(path.slice(0, depth));
    if (!causes.has(key) && nonNull.isEvery(path, depth)) causes.set(key, error);
    return key;
  });
  return {
    ...result,
    errors: errors.filter((error, index) => nulls[index] == null || causes.get(nulls[index]) === error),
  };
}

/** Returns the length of the path of the null above a field, or null if the response has the field. */
function depthOfNull(data: unknown, path: Path): number | null {
  let value = data;
  for (const [depth, step] of path.entries()) {
    if (value === null || value === undefined) return depth;
    value = (value as Record<string | number, unknown>)[step];
  }
  return null;
}

/** A selection set with the type that it selects from. */
interface Selections {
  type: GraphQLNamedType | undefined;
  set: SelectionSetNode;
}

/** Finds the types of fields by their paths in the response. In a valid document, all fields of one path have the same
 * nullability, so that conditions and types of fragments don't matter. */
class NonNullFields {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
  ) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
    }
  }

  /** Tells whether the field and every field and element above it, below a depth, are non-null. */
  isEvery(path: Path, depth: number): boolean {
    const type = this.schema.getRootType(this.operation.operation) ?? undefined;
    let selections: Selections[] = [{ type, set: this.operation.selectionSet }];
    let here: GraphQLOutputType | undefined;
    for (const [index, step] of path.entries()) {
      if (typeof step === 'number') {
        const nullable = here && getNullableType(here);
        here = isListType(nullable) ? nullable.ofType : undefined;
      } else {
        const fields = this.fieldsOf(selections, step);
        here = fields[0]?.type;
        selections = fields.flatMap(({ type: below, node: { selectionSet: set } }) =>
          set ? [{ type: getNamedType(below), set }] : [],
        );
      }
      if (index >= depth && !isNonNullType(here)) return false;
    }
    return true;
  }

  /** Returns the fields with a response name. */
  private fieldsOf(selections: readonly Selections[], name: string) {
    const found: { node: FieldNode; type: GraphQLOutputType }[] = [];
    const visited = new Set<string>();
    const visit = ({ type, set }: Selections): void => {
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) {
          if ((selection.alias ?? selection.name).value !== name) continue;
          const field =
            isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined;
          if (field) found.push({ node: selection, type: field.type });
          continue;
        }
        if (selection.kind === Kind.FRAGMENT_SPREAD) {
          if (visited.has(selection.name.value)) continue;
          visited.add(selection.name.value);
        }
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
        if (!fragment) continue;
        const { typeCondition, selectionSet } = fragment;
        visit({ type: typeCondition ? typeFromAST(this.schema, typeCondition) : type, set: selectionSet });
      }
    };
    for (const each of selections) visit(each);
    return found;
  }
}
