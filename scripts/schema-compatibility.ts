// Compares two versions of the schema by the deprecation policy in CONTRIBUTING.md.
import {
  buildASTSchema,
  buildSchema,
  DangerousChangeType,
  findBreakingChanges,
  findDangerousChanges,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  parse,
  valueFromAST,
  visit,
  GraphQLString,
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
} from 'graphql';

/** The date in the reason of a deprecation: "Use `b`. Removed after 2027-06-30." */
const removalDate = /\bRemoved after (\d{4}-\d{2}-\d{2})\.$/;
const replacement = /^Use `[^`]+`/;

/**
 * Returns the changes from one schema to a later one that break clients. A change of something that the earlier schema
 * deprecates is none, once the date in the reason has passed.
 * @param today as YYYY-MM-DD
 */
export function breakingChanges(before: string, after: string, today: string): string[] {
  const [old, current] = [withoutExpired(parse(before), today), buildSchema(after)];
  const dangerous = findDangerousChanges(old, current).filter(
    ({ type }) => type === DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE,
  );
  return [...findBreakingChanges(old, current), ...dangerous].map(({ description }) => description);
}

/** Returns the deprecations of a schema that don't name a replacement and a date, by their reasons. */
export function deprecationMistakes(sdl: string): string[] {
  const mistakes: string[] = [];
  visit(parse(sdl), {
    Directive(node) {
      const reason = deprecationReason([node]);
      if (reason === null || (replacement.test(reason) && removalDate.test(reason))) return;
      mistakes.push(`"${reason}" must read "Use \`replacement\`. Removed after YYYY-MM-DD."`);
    },
  });
  return mistakes;
}

/** Builds a schema without what may be removed now, and without the types that only this used. */
function withoutExpired(document: DocumentNode, today: string): GraphQLSchema {
  const isExpired = (node: { directives?: readonly DirectiveNode[] | undefined }) => {
    const date = removalDate.exec(deprecationReason(node.directives ?? []) ?? '')?.[1];
    return date !== undefined && date < today;
  };
  const drop = (node: ASTNode & { directives?: readonly DirectiveNode[] | undefined }) =>
    isExpired(node) ? null : undefined;
  const left = visit(document, {
    FieldDefinition: drop,
    InputValueDefinition: drop,
    EnumValueDefinition: drop,
  });
  const used = usedTypes(buildASTSchema(document));
  const usedNow = usedTypes(buildASTSchema(left));
  const definitions = left.definitions.filter(
    (definition) =>
      !('name' in definition) ||
      !used.has(definition.name?.value ?? '') ||
      usedNow.has(definition.name?.value ?? ''),
  );
  return buildASTSchema({ kind: Kind.DOCUMENT, definitions });
}

/** Returns the names of the types that an operation can reach. */
function usedTypes(schema: GraphQLSchema): Set<string> {
  const used = new Set<string>();
  const add = (type: GraphQLNamedType) => {
    if (used.has(type.name)) return;
    used.add(type.name);
    if (isUnionType(type)) for (const member of type.getTypes()) add(member);
    if (isInterfaceType(type)) for (const object of schema.getPossibleTypes(type)) add(object);
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return;
    for (const field of Object.values(type.getFields())) {
      add(getNamedType(field.type as GraphQLType));
      for (const arg of 'args' in field ? field.args : []) add(getNamedType(arg.type as GraphQLType));
    }
  };
  for (const root of [schema.getQueryType(), schema.getMutationType()]) if (root) add(root);
  return used;
}

/** Returns the reason of `@deprecated`; null without the directive. */
function deprecationReason(directives: readonly DirectiveNode[]): string | null {
  const directive = directives.find(({ name }) => name.value === 'deprecated');
  if (!directive) return null;
  const value = directive.arguments?.find(({ name }) => name.value === 'reason')?.value;
  return String(value ? valueFromAST(value, GraphQLString) : '');
}
