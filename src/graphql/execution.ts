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

/** How many operations are remembered; a product sends some tens of different ones. */
const maxRemembered = 500;

/**
 * Strings, numbers, booleans and enums are handed on as they are: they come from typed columns, and every enum's value
 * is its name. Their serializers would cost a list more than all else that is compiled.
 */
const compilerOptions = { disableLeafSerialization: true };

export interface OperationRequest {
  document: DocumentNode;
  operationName?: string | undefined;
  variables?: Readonly<Record<string, unknown>> | undefined;
}

export type Executor = (request: OperationRequest, context: Context) => Promise<ExecutionResult>;

/**
 * Executes validated documents against the schema of the viewer's audience. A query that comes a second time is compiled (graphql-jit) and
 * from then on runs without interpretation, which is most of a list's cost; compiling costs some milliseconds, so a
 * query seen once is not worth it, and neither are mutations and introspection. Both ways give the same answers.
 *
 * Variables that do not fit their types are BAD_USER_INPUT with every mistake at once.
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
 * Compiled queries by their operation node. The node stands for the text: Apollo keeps
 * validated documents and hands out the same node for the same text.
 */
class CompiledQueries {
  private readonly byOperation = new LRUCache<OperationDefinitionNode, CompiledQuery | 'SEEN_ONCE'>({
    max: maxRemembered,
  });

  constructor(private readonly schema: GraphQLSchema) {}

  /** The compiled form, or null where this operation is to be interpreted. */
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

/** graphql-jit's own errors lack what Apollo relies on (`extensions`). */
function withPlainErrors(result: ExecutionResult): ExecutionResult {
  if (!result.errors) return result;
  const errors = result.errors.map(
    ({ message, path, originalError }) =>
      new GraphQLError(message, { path: path ?? null, originalError: originalError ?? null }),
  );
  return { ...result, errors };
}

/** Introspection compiles slowly (some 30 ms) and is asked for once per tool start. */
function isWorthCompiling({
  operation,
  selectionSet,
  variableDefinitions,
}: OperationDefinitionNode): boolean {
  if (operation !== OperationTypeNode.QUERY) return false;
  // `$first: Int! = 50`: graphql-jit 0.8 takes the value for missing when it is left to the default.
  const hasRequiredDefault = ({ type, defaultValue }: VariableDefinitionNode) =>
    type.kind === Kind.NON_NULL_TYPE && defaultValue !== undefined;
  if (variableDefinitions?.some(hasRequiredDefault)) return false;
  return selectionSet.selections.every(
    (selection) => selection.kind !== Kind.FIELD || !['__schema', '__type'].includes(selection.name.value),
  );
}
