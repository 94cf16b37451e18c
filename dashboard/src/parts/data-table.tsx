import { type ReactNode, useState } from 'react';
import { useTexts } from '../texts.tsx';
import { useTimes } from '../times.ts';
import { ScrollBox } from './scroll-box.tsx';
import { type SortOrder, SortSelect } from './sort-select.tsx';

/** A column of a {@link DataTable}. The cells of the first one name their rows. */
export interface Column<Row> {
  readonly title: string;
  readonly kind?: 'number' | 'buttons';
  readonly cell: (row: Row) => ReactNode;
  /** The value by which the rows can be sorted: texts from A to Z first, numbers largest first. */
  readonly sort?: (row: Row) => string | number;
}

/** The order that a user has chosen, by the title of a column. */
type Order = SortOrder<string>;

/** Number of placeholder rows while rows are loading. */
const PLACEHOLDERS = ['one', 'two', 'three'] as const;

/** A table of few rows. On a phone each row is a card, with the titles of the columns beside the values. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  keyOf,
  empty,
  limit = Number.POSITIVE_INFINITY,
}: {
  label: string;
  columns: readonly Column<Row>[];
  /** `undefined` while they are being loaded. */
  rows: readonly Row[] | undefined;
  keyOf: (row: Row) => string | number;
  /** Shown instead of a table without rows. */
  empty: string;
  /** Maximum number of rows until the user asks for all of them. */
  limit?: number;
}): ReactNode {
  const { t } = useTexts();
  const { number } = useTimes();
  const [order, setOrder] = useState<Order>();
  const [isWhole, setWhole] = useState(false);
  const sorted = rows && sortRows(rows, columns, order);
  const shown = isWhole ? sorted : sorted?.slice(0, limit);
  const sortable = columns.filter(({ sort }) => sort !== undefined);
  const hidden = (rows?.length ?? 0) - (shown?.length ?? 0);
  if (rows?.length === 0) return <p className="empty">{empty}</p>;
  return (
    <ScrollBox className="panel data-table" label={label}>
      {sortable.length > 0 && (rows?.length ?? 0) > 1 && (
        <SortSelect
          columns={sortable.map(({ title }) => ({ key: title, title }))}
          order={order}
          unsorted={t`Default order`}
          onSort={setOrder}
        />
      )}
      <table aria-label={label} aria-busy={rows === undefined}>
        <thead>
          <tr>
            {columns.map((column) => (
              <ColumnHeader
                key={column.title}
                title={column.title}
                kind={column.kind}
                sorted={order?.key === column.title ? directionOf(order) : undefined}
                onSort={column.sort === undefined ? undefined : () => setOrder(nextOrder(column, order))}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {shown?.map((row) => (
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
      {hidden > 0 && (
        <button type="button" className="quiet" onClick={() => setWhole(true)}>
          {t`Show all ${number(rows?.length ?? 0)}`}
        </button>
      )}
    </ScrollBox>
  );
}

/** Sorts by the column again in reverse, then not at all. */
function nextOrder(
  { title, kind }: Pick<Column<never>, 'title' | 'kind'>,
  order: Order | undefined,
): Order | undefined {
  const descending = kind === 'number';
  if (order?.key !== title) return { key: title, descending };
  return order.descending === descending ? { key: title, descending: !descending } : undefined;
}

const directionOf = ({ descending }: Order): 'ascending' | 'descending' =>
  descending ? 'descending' : 'ascending';

/** Returns the rows in the chosen order; rows with the same value keep theirs. */
function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: Order | undefined,
): readonly Row[] {
  const column = columns.find(({ title }) => title === order?.key);
  if (order === undefined || column?.sort === undefined) return rows;
  const { sort } = column;
  const sign = order.descending ? -1 : 1;
  const compare = (a: string | number, b: string | number): number =>
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : String(a).localeCompare(String(b), undefined, { numeric: true });
  return [...rows].sort((a, b) => sign * compare(sort(a), sort(b)));
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
  onSort?: (() => void) | undefined;
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
