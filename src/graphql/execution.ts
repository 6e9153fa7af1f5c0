import {
  execute,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { badUserInput, SwitchboardError } from '../errors.js';
import type { Audience } from '../audience.js';
import type { Context } from './context.js';
import type { CheckedCost, QueryCost } from './cost/query-cost.js';
import { toCompilable, variableUse, type VariableUse } from './compilable.js';
import { withoutNulledErrors } from './nulled-errors.js';
import { coerceVariables } from './variables.js';

/** Operations in the cache. A product sends a few dozen different ones. */
const maxRemembered = 500;

/**
 * Returns strings, numbers, booleans, enums and times as they are: they come from typed columns, and every enum's value is
 * its name. Their serializers would cost a list more than the rest of the compiled query. JSON has times as ISO texts.
 */
const compilerOptions = {
  disableLeafSerialization: true,
  customSerializers: { DateTime: (time: Date | string) => time },
};

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
 * Variables that don't fit their types are BAD_USER_INPUT with their mistakes. An operation that costs too much is refused
 * before any resolver runs, and expensive operations of one user wait for each other.
 */
export function createExecutor(
  schemas: Readonly<Record<Audience, GraphQLSchema>>,
  cost: QueryCost,
): Executor {
  const remembered = {
    EVERYONE: new CompiledQueries(schemas.EVERYONE),
    ADMIN: new CompiledQueries(schemas.ADMIN),
  };
  return async ({ document, operationName, variables = {} }, context) => {
    const audience: Audience = context.viewer.isAdmin ? 'ADMIN' : 'EVERYONE';
    const schema = schemas[audience];
    const operation = getOperationAST(document, operationName);
    const interpret = () =>
      execute({ schema, document, contextValue: context, variableValues: variables, operationName });
    if (operation) {
      const { values, mistakes } = coerceVariables(schema, operation, variables);
      if (mistakes.length > 0) return { errors: [asGraphQLError(badUserInput(mistakes))] };
      const { userId } = context.viewer;
      let checked: CheckedCost;
      try {
        const checking = cost.check(document, operation, values, context.viewer);
        checked = checking instanceof Promise ? await checking : checking;
        const turn = cost.inProgress.begin(userId, checked.cost);
        if (turn) await turn;
      } catch (error) {
        if (error instanceof SwitchboardError) return { errors: [asGraphQLError(error)] };
        throw error;
      }
      try {
        const compiled = remembered[audience].find(document, operation, values);
        // graphql-jit coerces variables, too, but ignores defaults in some places: it gets values that need none.
        const result = compiled
          ? withPlainErrors(await compiled.query(undefined, context, values))
          : await interpret();
        cost.observe(checked.plan, result.data, context.viewer);
        return result.errors ? withoutNulledErrors(schema, document, operation, result) : result;
      } finally {
        cost.inProgress.end(userId, checked.cost);
      }
    }
    return interpret();
  };
}

/** Variables that decide conditions. A query with more of them is interpreted: each combination compiles on its own. */
const maxConditions = 4;

/** A query that came before. */
interface KnownQuery extends VariableUse {
  /** By the values of its conditions: `01` for false and true. null: to interpret. */
  compiled: Map<string, CompiledQuery | null>;
}

/**
 * Compiled queries by their operation node. The node identifies the text: Apollo caches validated documents and returns
 * the same node for the same text.
 */
class CompiledQueries {
  private readonly byOperation = new LRUCache<OperationDefinitionNode, KnownQuery>({ max: maxRemembered });

  constructor(private readonly schema: GraphQLSchema) {}

  /** Returns the compiled query, or null to interpret it. */
  find(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    values: Readonly<Record<string, unknown>>,
  ): CompiledQuery | null {
    if (operation.operation !== OperationTypeNode.QUERY) return null;
    const known = this.byOperation.get(operation);
    if (!known) {
      this.byOperation.set(operation, { ...variableUse(document), compiled: new Map() });
      return null;
    }
    if (known.conditions.length > maxConditions) return null;
    // graphql-jit takes null for an omitted variable within a list or an object.
    if (known.nested.some((name) => values[name] === undefined)) return null;
    const conditions = new Map<string, boolean>();
    for (const name of known.conditions) {
      const value = values[name];
      if (typeof value !== 'boolean') return null;
      conditions.set(name, value);
    }
    const key = [...conditions.values()].map(Number).join('');
    let compiled = known.compiled.get(key);
    if (compiled === undefined) {
      compiled = this.compile(document, operation, conditions);
      known.compiled.set(key, compiled);
    }
    return compiled;
  }

  private compile(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    conditions: ReadonlyMap<string, boolean>,
  ): CompiledQuery | null {
    const compilable = toCompilable(this.schema, document, operation, conditions);
    if (!compilable) return null;
    const compiled = compileQuery(this.schema, compilable, operation.name?.value, compilerOptions);
    if (isCompiledQuery(compiled)) return compiled;
    throw new Error('graphql-jit could not compile a valid document.', { cause: compiled.errors?.[0] });
  }
}

const asGraphQLError = (error: Error) => new GraphQLError(error.message, { originalError: error });

/**
 * Rebuilds graphql-jit's errors, which lack the `extensions` that Apollo relies on. An error without a cause is a null in a
 * non-null field: graphql-js gives it one.
 */
function withPlainErrors(result: ExecutionResult): ExecutionResult {
  if (!result.errors) return result;
  const errors = result.errors.map(
    ({ message, path, originalError }) =>
      new GraphQLError(message, { path: path ?? null, originalError: originalError ?? new Error(message) }),
  );
  return { ...result, errors };
}
