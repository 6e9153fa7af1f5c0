import type { ReactNode } from 'react';
import styles from './table.module.css';

export interface Column<Row> {
  /** The heading. The column of a row's actions has none. */
  label: string | null;
  cell: (row: Row) => ReactNode;
}

/** A table. In a narrow window each row becomes a card with labelled values. */
export function Table<Row>({
  caption,
  columns,
  rows,
  keyOf,
}: {
  /** Names the table for screen readers. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
}) {
  return (
    <table className={styles.table}>
      <caption className="for-screen-readers">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ label }) => (
            <th key={label} scope="col">
              {label ?? <span className="for-screen-readers">Actions</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ label, cell }) => (
              <td key={label} data-label={label ?? undefined} className={label ? undefined : styles.actions}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
