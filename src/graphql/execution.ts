import {
  execute,
  getOperationAST,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { badUserInput } from '../errors.js';
import type { Audience } from '../audience.js';
import type { Context } from './context.js';
import { mistakesInVariables } from './variables.js';

/** Operations in the cache. A product sends a few dozen different ones. */
const maxRemembered = 500;

/**
 * Returns strings, numbers, booleans and enums as they are: they come from typed columns, and every enum's value is its
 * name. Their serializers would cost a list more than the rest of the compiled query.
 */
const compilerOptions = { disableLeafSerialization: true };

export interface OperationRequest {
  document: DocumentNode;
  operationName?: string | undefined;
  variables?: Readonly<Record<string, unknown>> | undefined;
}

export type Executor = (request: OperationRequest, context: Context) => Promise<ExecutionResult>;

/**
 * Returns an executor of validated documents against the schema of the viewer's audience. It compiles a query that comes
 * a second time (graphql-jit), because interpretation is most of a list's cost. Compiling takes a few milliseconds, so
 * queries seen once, mutations and introspection are interpreted. Both ways give the same result.
 *
 * Variables that don't fit their types are BAD_USER_INPUT with every mistake.
 */
export function createExecutor(schemas: Readonly<Record<Audience, GraphQLSchema>>): Executor {
  const remembered = {
    EVERYONE: new CompiledQueries(schemas.EVERYONE),
    ADMIN: new CompiledQueries(schemas.ADMIN),
  };
  return async ({ document, operationName, variables = {} }, context) => {
    const audience: Audience = context.viewer.isAdmin ? 'ADMIN' : 'EVERYONE';
    const schema = schemas[audience];
    const operation = getOperationAST(document, operationName);
    if (operation) {
      const mistakes = mistakesInVariables(schema, operation, variables);
      if (mistakes.length > 0) return { errors: [asGraphQLError(badUserInput(mistakes))] };
      const compiled = remembered[audience].find(document, operation);
      if (compiled) return withPlainErrors(await compiled.query(undefined, context, variables));
    }
    return execute({ schema, document, contextValue: context, variableValues: variables, operationName });
  };
}

/**
 * Compiled queries by their operation node. The node identifies the text: Apollo caches validated documents and returns
 * the same node for the same text.
 */
class CompiledQueries {
  private readonly byOperation = new LRUCache<OperationDefinitionNode, CompiledQuery | 'SEEN_ONCE'>({
    max: maxRemembered,
  });

  constructor(private readonly schema: GraphQLSchema) {}

  /** Returns the compiled query, or null for an operation to interpret. */
  find(document: DocumentNode, operation: OperationDefinitionNode): CompiledQuery | null {
    const known = this.byOperation.get(operation);
    if (known === undefined) {
      if (isWorthCompiling(operation)) this.byOperation.set(operation, 'SEEN_ONCE');
      return null;
    }
    if (known !== 'SEEN_ONCE') return known;
    const compiled = this.compile(document, operation);
    this.byOperation.set(operation, compiled);
    return compiled;
  }

  private compile(document: DocumentNode, operation: OperationDefinitionNode): CompiledQuery {
    const compiled = compileQuery(this.schema, document, operation.name?.value, compilerOptions);
    if (isCompiledQuery(compiled)) return compiled;
    throw new GraphQLError('graphql-jit could not compile a valid document.', {
      originalError: compiled.errors?.[0] ?? null,
    });
  }
}

const asGraphQLError = (error: Error) => new GraphQLError(error.message, { originalError: error });

/** Rebuilds graphql-jit's errors, which lack the `extensions` that Apollo relies on. */
function withPlainErrors(result: ExecutionResult): ExecutionResult {
  if (!result.errors) return result;
  const errors = result.errors.map(
    ({ message, path, originalError }) =>
      new GraphQLError(message, { path: path ?? null, originalError: originalError ?? null }),
  );
  return { ...result, errors };
}

/** Returns false for introspection, too: it compiles slowly (about 30 ms), and tools ask once when they start. */
function isWorthCompiling({
  operation,
  selectionSet,
  variableDefinitions,
}: OperationDefinitionNode): boolean {
  if (operation !== OperationTypeNode.QUERY) return false;
  // `$first: Int! = 50`: graphql-jit 0.8 reports a missing value when the default applies.
  const hasRequiredDefault = ({ type, defaultValue }: VariableDefinitionNode) =>
    type.kind === Kind.NON_NULL_TYPE && defaultValue !== undefined;
  if (variableDefinitions?.some(hasRequiredDefault)) return false;
  return selectionSet.selections.every(
    (selection) => selection.kind !== Kind.FIELD || !['__schema', '__type'].includes(selection.name.value),
  );
}
