import type { ReactNode } from 'react';
import { useTexts } from '../texts.tsx';
import { ScrollBox } from './scroll-box.tsx';

/** A column of a {@link DataTable}. The cells of the first one name their rows. */
export interface Column<Row> {
  readonly title: string;
  readonly kind?: 'number' | 'buttons';
  readonly cell: (row: Row) => ReactNode;
}

/** Number of placeholder rows while rows are loading. */
const PLACEHOLDERS = ['one', 'two', 'three'] as const;

/** A table of few rows. On a phone each row is a card, with the titles of the columns beside the values. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  keyOf,
  empty,
}: {
  label: string;
  columns: readonly Column<Row>[];
  /** `undefined` while they are being loaded. */
  rows: readonly Row[] | undefined;
  keyOf: (row: Row) => string | number;
  /** Shown instead of a table without rows. */
  empty: string;
}): ReactNode {
  const { t } = useTexts();
  if (rows?.length === 0) return <p className="empty">{empty}</p>;
  return (
    <ScrollBox className="panel data-table" label={label}>
      <table aria-label={label} aria-busy={rows === undefined}>
        <thead>
          <tr>
            {columns.map(({ title, kind }) => (
              <ColumnHeader key={title} title={title} kind={kind} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows?.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ title, kind, cell }, index) =>
                index === 0 ? (
                  <th key={title} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td
                    key={title}
                    className={classOf(kind)}
                    data-title={kind === 'buttons' ? undefined : title}
                  >
                    {kind === 'buttons' ? <div className="row-buttons">{cell(row)}</div> : cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
          {rows === undefined &&
            PLACEHOLDERS.map((each) => (
              <tr key={each}>
                <td colSpan={columns.length}>
                  <span className="hidden">{t`Loading …`}</span>
                  <span className="skeleton" aria-hidden="true" />
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

const classOf = (kind: Column<never>['kind']): string | undefined =>
  kind === 'number' ? 'number' : undefined;

/** The header of a column; one with `onSort` is a button that sorts by it. */
export function ColumnHeader({
  title,
  kind,
  sorted,
  onSort,
}: {
  title: string;
  kind?: Column<never>['kind'] | undefined;
  sorted?: 'ascending' | 'descending' | undefined;
  onSort?: () => void;
}): ReactNode {
  return (
    <th scope="col" className={classOf(kind)} aria-sort={sorted}>
      {kind === 'buttons' ? (
        <span className="hidden">{title}</span>
      ) : onSort === undefined ? (
        title
      ) : (
        <button type="button" onClick={onSort}>
          {title}
        </button>
      )}
    </th>
  );
}
