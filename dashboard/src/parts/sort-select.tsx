import type { ReactNode } from 'react';
import { useTexts } from '../texts.tsx';

/** The column that a table is sorted by. */
export interface SortOrder<Key extends string> {
  readonly key: Key;
  readonly descending: boolean;
}

/** Chooses the order of a table on a phone, which shows no headers of columns. */
export function SortSelect<Key extends string>({
  columns,
  order,
  unsorted,
  onSort,
}: {
  columns: readonly { readonly key: Key; readonly title: string }[];
  order: SortOrder<Key> | undefined;
  /** The option for no order; without one the table is always sorted. */
  unsorted?: string;
  onSort: (order: SortOrder<Key> | undefined) => void;
}): ReactNode {
  const { t } = useTexts();
  const options = columns.flatMap(({ key, title }) => [
    { key, descending: true, text: t`${title}, descending` },
    { key, descending: false, text: t`${title}, ascending` },
  ]);
  const chosen = options.findIndex(
    ({ key, descending }) => key === order?.key && descending === order.descending,
  );
  return (
    <select
      className="sort-select"
      aria-label={t`Sort by`}
      value={chosen}
      onChange={({ target }) => onSort(options[Number(target.value)])}
    >
      {unsorted !== undefined && <option value={-1}>{unsorted}</option>}
      {options.map(({ text }, index) => (
        <option key={text} value={index}>
          {text}
        </option>
      ))}
    </select>
  );
}
