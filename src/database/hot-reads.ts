import { createHash } from 'node:crypto';
import type { EntityManager, PostgreSqlConnection } from '@mikro-orm/postgresql';
import { CompiledQuery, type OperationNode, type SelectQueryNode } from 'kysely';
import { LRUCache } from 'lru-cache';
import pg from 'pg';
import type { Logger } from '../log.js';
import { hotReadTypes } from './hot-read-values.js';

/*
 * Hot reads are the few statements that nearly every request sends: the viewer of the session, the list of servers. Kysely
 * builds the text of each once, PostgreSQL parses and plans it once per connection, and rows need no mapping.
 *
 *     const readViewer: HotRead<{ hash: string }, { userId: string }> = (em, { hash }) =>
 *       queries(em, AccessTokenSchema)
 *         .selectFrom('AccessToken as t')
 *         .select(['t.userId as userId', 't.createdAt as createdAt'])
 *         .where('t.tokenHash', '=', hash);
 *
 *     const [viewer] = await reads.run(em, readViewer, { hash });
 *
 * `readViewer` is called once, with placeholders instead of values. So it must not look at a value: what changes the text
 * goes into the shape, its third parameter. Each column is selected as its property, and times are ISO texts.
 *
 * Use `queries()` for every other statement.
 */

/** Builds a read. It is called once per shape, and its result depends on the shape alone. */
export type HotRead<Values extends object, Row, Shape = undefined> = (
  em: EntityManager,
  values: Values,
  shape: Shape,
) => { compile(): CompiledQuery<Row> };

/** A row of a hot read: times are ISO texts. */
export type HotRow<Row> = { [Name in keyof Row]: TimeAsText<Row[Name]> };
type TimeAsText<Value> = Value extends Date ? string : Value;

/** Texts in the cache. Each set of fields that clients request is one. */
const maxTexts = 500;
/** Texts with a name. Every connection keeps the plan of each name until it ends, so their number has an end. */
const maxNames = 100;

/**
 * SQLSTATEs by which a pooler that gives each transaction another connection shows that it doesn't know prepared statements:
 * the name is unknown there, or another client has used it.
 */
const unsupportedNames = new Set(['26000', '42P05']);
/** A migration has changed the type of a column. */
const outdatedPlan = '0A000';

/** Stands for a value when a text is built. */
class Placeholder {
  // MikroORM converts values to the types of their columns, except those with a kind.
  readonly kind = 'Placeholder';

  constructor(readonly name: string) {}
}

const placeholders = new Proxy({}, { get: (_target, name) => new Placeholder(String(name)) });

interface Statement {
  text: string;
  /** null: PostgreSQL parses the text each time. */
  name: string | null;
  parameters: readonly unknown[];
}

/** Runs hot reads, and caches their texts. One per process. */
export class HotReads {
  readonly #log: Logger;
  readonly #byRead = new Map<unknown, LRUCache<string, Statement>>();
  readonly #names = new Set<string>();
  #hasNames = true;

  constructor({ log }: { log: Logger }) {
    this.#log = log;
  }

  /** Returns the rows of a read: in the transaction of `em` if there is one, else on a connection of the pool. */
  async run<Values extends object, Row, Shape = undefined>(
    em: EntityManager,
    read: HotRead<Values, Row, Shape>,
    values: Values,
    ...[shape]: Shape extends undefined ? [] : [Shape]
  ): Promise<HotRow<Row>[]> {
    const { text, name, parameters } = this.#statement(em, read, shape as Shape);
    const bound = parameters.map((parameter) =>
      parameter instanceof Placeholder ? values[parameter.name as keyof Values] : parameter,
    );
    const transaction = em.getTransactionContext();
    if (transaction) {
      const { rows } = await transaction.executeQuery(CompiledQuery.raw(text, bound));
      return rows.map(withTimesAsText) as HotRow<Row>[];
    }
    const pool = await (em.getConnection() as PostgreSqlConnection).getNativeClient();
    const statement: pg.QueryConfig = { text, values: bound, types: hotReadTypes };
    if (!name || !this.#hasNames) return (await pool.query<HotRow<Row> & pg.QueryResultRow>(statement)).rows;
    try {
      return (await pool.query<HotRow<Row> & pg.QueryResultRow>({ ...statement, name })).rows;
    } catch (error) {
      if (!this.#isAboutName(error)) throw error;
      return (await pool.query<HotRow<Row> & pg.QueryResultRow>(statement)).rows;
    }
  }

  #statement<Values extends object, Row, Shape>(
    em: EntityManager,
    read: HotRead<Values, Row, Shape>,
    shape: Shape,
  ): Statement {
    let texts = this.#byRead.get(read);
    if (!texts) {
      texts = new LRUCache({ max: maxTexts });
      this.#byRead.set(read, texts);
    }
    const key = shape === undefined ? '' : JSON.stringify(shape);
    let statement = texts.get(key);
    if (!statement) {
      const { sql, parameters, query } = read(em, placeholders as Values, shape).compile();
      requirePropertyNames(query);
      statement = { text: sql, name: this.#nameOf(sql), parameters };
      texts.set(key, statement);
    }
    return statement;
  }

  /**
   * Returns the name of a text, or null when there are enough names. The name contains a hash of the text: behind a pooler,
   * a name means the same text to every process.
   */
  #nameOf(text: string): string | null {
    const name = `read_${createHash('sha256').update(text).digest('base64url')}`;
    if (this.#names.size < maxNames) this.#names.add(name);
    return this.#names.has(name) ? name : null;
  }

  /** Returns true if the statement works without its name. The failed connection is closed already. */
  #isAboutName(error: unknown): boolean {
    const code = error instanceof pg.DatabaseError ? error.code : undefined;
    if (code === outdatedPlan) return true;
    if (!code || !unsupportedNames.has(code)) return false;
    if (this.#hasNames) {
      this.#hasNames = false;
      this.#log.warn({ code }, 'Prepared statements are not available. Reads are slower without them.');
    }
    return true;
  }
}

/** Rows of a transaction come from Kysely, which parses times as dates. */
function withTimesAsText(row: unknown): object {
  return Object.fromEntries(
    Object.entries(row as object).map(([name, value]) => [
      name,
      value instanceof Date ? value.toISOString() : (value as unknown),
    ]),
  );
}

/** @throws Error naming a column that the rows would have under its name in the database */
function requirePropertyNames(query: OperationNode): void {
  for (const { selection } of (query as SelectQueryNode).selections ?? []) {
    if (selection.kind === 'AliasNode') continue;
    throw new Error(
      `A hot read selects each column as its property. ${JSON.stringify(selection)} has no alias.`,
    );
  }
}
