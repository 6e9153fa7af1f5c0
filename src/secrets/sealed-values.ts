import type { EntityManager } from '@mikro-orm/postgresql';
import { SealedText } from './sealed.js';

/** A sealed column of an entity, by its names in the database. */
export interface SealedColumn {
  table: string;
  column: string;
  /** The column of the primary key, and its type. */
  key: { column: string; type: string };
}

/** Returns the sealed columns of all entities. */
export function sealedColumns(em: EntityManager): SealedColumn[] {
  return [...em.getMetadata().getAll().values()].flatMap((entity) => {
    const keyProperty = entity.getPrimaryProp();
    const key = { column: keyProperty.fieldNames[0] ?? '', type: keyProperty.columnTypes[0] ?? '' };
    return entity.props
      .filter(({ customType }) => customType instanceof SealedText)
      .map(({ fieldNames: [column = ''] }) => ({ table: entity.tableName, column, key }));
  });
}

/** SQL for the id of the key that sealed a value. It is NULL for text that no vault sealed, so none of that is shown. */
export const keyIdOf = (column: string): string => `substring("${column}" from '^([A-Za-z0-9_-]{1,32})[.]')`;

/** Counts the values that each key seals, by the key's id. The id null counts the values without a key id. */
export async function countSealedValues(em: EntityManager): Promise<Map<string | null, number>> {
  const parts = sealedColumns(em).map(
    ({ table, column }) => `select ${keyIdOf(column)} as id from "${table}" where "${column}" is not null`,
  );
  const rows = await em.execute<{ id: string | null; values: number }[]>(
    // Raw SQL: the tables and columns are known at run time only.
    `select id, count(*)::int as "values" from (${parts.join(' union all ')}) sealed group by id`,
  );
  return new Map(rows.map(({ id, values }) => [id, values]));
}
