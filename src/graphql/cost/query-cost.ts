import { Kind, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { SwitchboardError } from '../../errors.js';
import type { RowCounts } from '../../expected-rows.js';
import { maxFirst } from '../../input-limits.js';
import {
  dependsOnCounts,
  maxSelections,
  planCost,
  TooManySelections,
  type CostPlan,
  type Rows,
} from './cost-plan.js';
import { CostInProgress } from './cost-in-progress.js';
import { introspectionRows } from './introspection-rows.js';

type Values = Readonly<Record<string, unknown>>;

/** Combinations of conditions whose plans are kept for one operation. */
const maxPlans = 16;

/** Root fields that the message of a refusal names, the most expensive first. */
const maxNamed = 5;

const noCounts: RowCounts = { SERVERS: 0, DIAGNOSES_OF_SERVER: 0 };

interface KnownOperation {
  /** Names of the variables that can decide `@skip` and `@include`. */
  conditions: readonly string[];
  /** By the values of the conditions. */
  plans: Map<string, KnownPlan>;
}

interface KnownPlan {
  plan: CostPlan;
  dependsOnCounts: boolean;
}

/** An operation within the limit. */
export interface CheckedCost {
  plan: CostPlan;
  cost: number;
}

/** The rows that one viewer's queries have to expect. */
export interface RowSource {
  expected(viewer: { isAdmin: boolean }): RowCounts | Promise<RowCounts>;
  observe(name: keyof RowCounts, rows: number, viewer: { isAdmin: boolean }): void;
}

export interface QueryCostDeps {
  schema: GraphQLSchema;
  rows: RowSource;
  /** MAX_QUERY_COST. */
  maxCost: number;
}

/**
 * Limits the cost of an operation before it runs: each field costs 1 for each row that is expected to have it. Nested lists
 * multiply. What doesn't depend on variables and counts is kept for each operation.
 */
export class QueryCost {
  readonly #known = new WeakMap<OperationDefinitionNode, KnownOperation>();
  readonly #introspection;
  readonly inProgress: CostInProgress;

  constructor(private readonly deps: QueryCostDeps) {
    this.#introspection = introspectionRows(deps.schema);
    this.inProgress = new CostInProgress(deps.maxCost);
  }

  /**
   * Checks an operation with its coerced variables. Waits only for a count.
   * @throws QUERY_TOO_EXPENSIVE
   */
  check(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    values: Values,
    viewer: { isAdmin: boolean },
  ): CheckedCost | Promise<CheckedCost> {
    const { plan, dependsOnCounts } = this.#plan(document, operation, values);
    const counts = dependsOnCounts ? this.deps.rows.expected(viewer) : noCounts;
    return counts instanceof Promise
      ? counts.then((counted) => this.#checkPlan(plan, values, counted))
      : this.#checkPlan(plan, values, counts);
  }

  #checkPlan(plan: CostPlan, values: Values, counts: RowCounts): CheckedCost {
    const cost = Math.ceil(costOf(plan, values, counts));
    if (cost > this.deps.maxCost) throw this.#tooExpensive(cost, plan, values, counts);
    return { plan, cost };
  }

  /** Learns from the lists at the root of a result, which may be longer than expected. */
  observe({ below }: CostPlan, data: Values | null | undefined, viewer: { isAdmin: boolean }): void {
    for (const { name, rows } of below) {
      const list = data?.[name];
      if (typeof rows === 'string' && Array.isArray(list)) this.deps.rows.observe(rows, list.length, viewer);
    }
  }

  #plan(document: DocumentNode, operation: OperationDefinitionNode, values: Values): KnownPlan {
    let known = this.#known.get(operation);
    if (!known) {
      known = { conditions: booleanVariables(operation), plans: new Map() };
      this.#known.set(operation, known);
    }
    const key = known.conditions.length === 0 ? '' : known.conditions.map((name) => values[name]).join();
    let plan = known.plans.get(key);
    if (!plan) {
      const planned = this.#planNow(document, operation, values);
      plan = { plan: planned, dependsOnCounts: dependsOnCounts(planned) };
      if (known.plans.size < maxPlans) known.plans.set(key, plan);
    }
    return plan;
  }

  #planNow(document: DocumentNode, operation: OperationDefinitionNode, values: Values): CostPlan {
    const { schema } = this.deps;
    const root = schema.getRootType(operation.operation);
    if (!root) return { fields: 0, below: [] };
    const fragments = new Map(
      document.definitions
        .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
        .map((fragment) => [fragment.name.value, fragment]),
    );
    try {
      const deps = { schema, fragments, values, introspection: this.#introspection };
      return planCost(deps, root, operation.selectionSet);
    } catch (error) {
      if (!(error instanceof TooManySelections)) throw error;
      throw new SwitchboardError(
        'QUERY_TOO_EXPENSIVE',
        `With its fragments expanded, the operation has more than ${written(maxSelections)} selections. Split it into several requests.`,
        { limit: this.deps.maxCost },
      );
    }
  }

  #tooExpensive(cost: number, plan: CostPlan, values: Values, counts: RowCounts): SwitchboardError {
    const { maxCost } = this.deps;
    const parts = plan.below
      .map((part) => ({ name: part.name, cost: Math.ceil(costOfPart(part, values, counts)) }))
      .toSorted((a, b) => b.cost - a.cost)
      .slice(0, maxNamed);
    const named = parts.map((part) => `\`${part.name}\` costs ${written(part.cost)}`).join(', ');
    const advice =
      plan.below.length > 1
        ? 'Send these fields in separate requests, or select fewer fields or rows.'
        : 'Select fewer fields or rows.';
    const message = `The query costs ${written(cost)}, and the limit is ${written(maxCost)}. Each field costs 1 for each expected row: ${named}. ${advice}`;
    return new SwitchboardError('QUERY_TOO_EXPENSIVE', message, {
      cost,
      limit: maxCost,
    });
  }
}

function costOf(plan: CostPlan, values: Values, counts: RowCounts): number {
  let cost = plan.fields;
  for (const part of plan.below) cost += costOfPart(part, values, counts);
  return cost;
}

function costOfPart({ rows, plan }: CostPlan['below'][number], values: Values, counts: RowCounts): number {
  return rowsNow(rows, values, counts) * costOf(plan, values, counts);
}

function rowsNow(rows: Rows, values: Values, counts: RowCounts): number {
  if (typeof rows === 'number') return rows;
  if (typeof rows === 'string') return counts[rows];
  const given = rows.variable === null ? undefined : values[rows.variable];
  const first = typeof given === 'number' ? given : rows.value;
  return Math.min(Math.max(first, 0), maxFirst);
}

function booleanVariables({ variableDefinitions = [] }: OperationDefinitionNode): string[] {
  return variableDefinitions.flatMap(({ variable, type }) => {
    const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
    return named.kind === Kind.NAMED_TYPE && named.name.value === 'Boolean' ? [variable.name.value] : [];
  });
}

const written = (cost: number) => cost.toLocaleString('en');
