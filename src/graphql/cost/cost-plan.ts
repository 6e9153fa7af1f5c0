import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isIntrospectionType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type SelectionSetNode,
} from 'graphql';
import type { ExpectedRows } from '../../expected-rows.js';
import type { IntrospectionRows } from './introspection-rows.js';

/** Selections of an operation with its fragments expanded. Larger operations are refused. */
export const maxSelections = 10_000;

/** The operation has more than `maxSelections`. */
export class TooManySelections extends Error {}

/** An argument `first`: the name of its variable, and the value without it. */
export interface FirstArgument {
  variable: string | null;
  value: number;
}

/** The rows of a field, for one value of its parent. */
export type Rows = ExpectedRows | FirstArgument;

/** The cost of one value of an object: its fields, and those of the objects below it. */
export interface CostPlan {
  fields: number;
  below: readonly { name: string; rows: Rows; plan: CostPlan }[];
}

export interface PlanDeps {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The values of the variables that decide `@skip` and `@include`. */
  values: Readonly<Record<string, unknown>>;
  introspection: IntrospectionRows;
}

type Field = GraphQLField<unknown, unknown>;

/** Selected fields by response key, with the type that each is selected on. */
type Selected = Map<string, { type: GraphQLNamedType; nodes: FieldNode[] }>;

/**
 * Returns the cost of an operation in terms of rows that are not known yet. Fields with the same response key count once,
 * as in execution. Fields without their condition count nothing.
 * @throws TooManySelections
 */
export function planCost(deps: PlanDeps, root: GraphQLNamedType, selectionSet: SelectionSetNode): CostPlan {
  let selections = 0;

  const collect = (
    type: GraphQLNamedType,
    set: SelectionSetNode,
    into: Selected,
    spread: Set<string>,
  ): void => {
    for (const selection of set.selections) {
      selections += 1;
      if (selections > maxSelections) throw new TooManySelections();
      if (!isIncluded(selection.directives ?? [], deps.values)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const same = into.get(key);
        if (same) same.nodes.push(selection);
        else into.set(key, { type, nodes: [selection] });
        continue;
      }
      let fragment: InlineFragmentNode | FragmentDefinitionNode | undefined;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        fragment = selection;
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        fragment = deps.fragments.get(selection.name.value);
      }
      if (!fragment) continue;
      const condition = fragment.typeCondition && deps.schema.getType(fragment.typeCondition.name.value);
      collect(condition ?? type, fragment.selectionSet, into, spread);
    }
  };

  const planOf = (
    type: GraphQLNamedType,
    sets: readonly SelectionSetNode[],
    first: FirstArgument | null,
  ): CostPlan => {
    const fields: Selected = new Map();
    const spread = new Set<string>();
    for (const set of sets) collect(type, set, fields, spread);
    const below: CostPlan['below'][number][] = [];
    for (const [name, { type: parent, nodes }] of fields) {
      const [node] = nodes;
      const setsBelow = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      const field = node && setsBelow.length > 0 ? fieldOf(deps.schema, parent, node.name.value) : undefined;
      if (!node || !field) continue;
      const own = firstArgument(field, node);
      const rows = rowsOf(parent, field, own ?? first, deps.introspection);
      const isConnection = own && !returnsObjects(field);
      below.push({
        name,
        rows,
        plan: planOf(getNamedType(field.type), setsBelow, isConnection ? own : null),
      });
    }
    return { fields: fields.size, below };
  };

  return planOf(root, [selectionSet], null);
}

function fieldOf(schema: GraphQLSchema, type: GraphQLNamedType, name: string): Field | undefined {
  if (type === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

function firstArgument(field: Field, node: FieldNode): FirstArgument | null {
  const argument = field.args.find(({ name }) => name === 'first');
  if (!argument) return null;
  const byDefault = typeof argument.defaultValue === 'number' ? argument.defaultValue : 0;
  const given = node.arguments?.find(({ name }) => name.value === 'first')?.value;
  if (given?.kind === Kind.VARIABLE) return { variable: given.name.value, value: byDefault };
  return { variable: null, value: given?.kind === Kind.INT ? Number(given.value) : byDefault };
}

function rowsOf(
  type: GraphQLNamedType,
  field: Field,
  first: FirstArgument | null,
  introspection: IntrospectionRows,
): Rows {
  if (isIntrospectionType(type) || isIntrospectionType(getNamedType(field.type))) {
    return introspection.get(`${type.name}.${field.name}`) ?? 1;
  }
  const declared = field.extensions.expectedRows as ExpectedRows | undefined;
  if (declared !== undefined) return declared;
  return first && isListType(getNullableType(field.type)) ? first : 1;
}

/** Returns true for a field that returns a list of objects. */
export function returnsObjects({ type }: Field): boolean {
  return isListType(getNullableType(type)) && isCompositeType(getNamedType(type));
}

function isIncluded(
  directives: readonly DirectiveNode[],
  values: Readonly<Record<string, unknown>>,
): boolean {
  return directives.every(({ name, arguments: args }) => {
    if (name.value !== 'skip' && name.value !== 'include') return true;
    const condition = args?.[0]?.value;
    const holds =
      condition?.kind === Kind.VARIABLE
        ? values[condition.name.value]
        : condition?.kind === Kind.BOOLEAN && condition.value;
    // Execution refuses a condition without a value.
    return name.value === 'include' ? holds !== false : holds !== true;
  });
}

/** Returns true if the cost depends on counted rows. */
export function dependsOnCounts({ below }: CostPlan): boolean {
  return below.some(({ rows, plan }) => typeof rows === 'string' || dependsOnCounts(plan));
}
