import { Kind, type FieldNode, type FragmentDefinitionNode, type GraphQLResolveInfo } from 'graphql';

type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

/**
 * Finds the fields that operations select on a field. A list reads only these columns; reading all columns takes 50 % longer.
 */
export class RequestedFields {
  /** By AST node. The document cache returns the same nodes for the same text. */
  readonly #known = new WeakMap<FieldNode, ReadonlySet<string>>();

  /** Returns the names of the direct subfields, through all fragments. `@skip` and `@include` are ignored. */
  of({ fieldNodes, fragments }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>): ReadonlySet<string> {
    const [first, ...more] = fieldNodes.map((node) => this.#ofNode(node, fragments));
    if (first && more.length === 0) return first;
    const all = new Set(first);
    for (const names of more) for (const name of names) all.add(name);
    return all;
  }

  #ofNode(node: FieldNode, fragments: Fragments): ReadonlySet<string> {
    const known = this.#known.get(node);
    if (known) return known;
    const names = new Set<string>();
    const visit = ({ selectionSet }: Pick<FieldNode, 'selectionSet'>): void => {
      for (const selection of selectionSet?.selections ?? []) {
        if (selection.kind === Kind.FIELD) names.add(selection.name.value);
        else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection);
        else visit({ selectionSet: fragments[selection.name.value]?.selectionSet });
      }
    };
    visit(node);
    this.#known.set(node, names);
    return names;
  }
}
