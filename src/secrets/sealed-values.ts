import type { EntityManager } from '@mikro-orm/postgresql';
import { SealedText } from './sealed.js';

/** A column that an entity declares as sealed, in the database's names. */
export interface SealedColumn {
  table: string;
  column: string;
  /** The column of the primary key, and its type. */
  key: { column: string; type: string };
}

/** Every sealed column there is, from the entities themselves. */
export function sealedColumns(em: EntityManager): SealedColumn[] {
  return [...em.getMetadata().getAll().values()].flatMap((entity) => {
    const keyProperty = entity.getPrimaryProp();
    const key = { column: keyProperty.fieldNames[0] ?? '', type: keyProperty.columnTypes[0] ?? '' };
    return entity.props
      .filter(({ customType }) => customType instanceof SealedText)
      .map(({ fieldNames: [column = ''] }) => ({ table: entity.tableName, column, key }));
  });
}

/** Of a sealed value, the id of the key that sealed it; NULL for what no vault has sealed, of which nothing is repeated. */
export const keyIdOf = (column: string): string => `substring("${column}" from '^([A-Za-z0-9_-]{1,32})[.]')`;

/** How many values each key seals, by its id; null stands for values that bear no key's id. */
export async function countSealedValues(em: EntityManager): Promise<Map<string | null, number>> {
  const parts = sealedColumns(em).map(
    ({ table, column }) => `select ${keyIdOf(column)} as id from "${table}" where "${column}" is not null`,
  );
  const rows = await em.execute<{ id: string | null; values: number }[]>(
    `select id, count(*)::int as "values" from (${parts.join(' union all ')}) sealed group by id`,
  );
  return new Map(rows.map(({ id, values }) => [id, values]));
}
