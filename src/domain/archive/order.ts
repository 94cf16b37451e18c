import { invalid } from '../errors.ts';
import { COLUMN_NAMES, type ColumnName, findColumn } from './columns.ts';

/** A column to sort by. */
export interface OrderColumn {
  readonly column: ColumnName;
  readonly descending: boolean;
}

/** The most columns to sort by. */
const MAX_ORDER_COLUMNS = 5;

/**
 * Reads `$orderBy` (contract, section 6): columns with an optional `asc` or `desc`. Tasks that agree in all of
 * them are sorted by their ids, in the direction of the last; without any column the newest task is the first.
 *
 * @returns a total order: its last column is always batchTaskId
 * @throws Refusal (invalid) where a column does not exist or stands there twice, or there are too many
 */
export function parseOrder(text: string): OrderColumn[] {
  const order: OrderColumn[] = [];
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const [, name = '', direction = 'asc'] = /^(\S+)(?:\s+(asc|desc))?$/i.exec(part) ?? [];
    const column = findColumn(name);
    if (column === undefined) {
      throw invalid`$orderBy has "${part.slice(0, 60)}"; a column with asc or desc is accepted, the columns are ${COLUMN_NAMES.join(', ')}.`;
    }
    if (order.some((other) => other.column === column)) {
      throw invalid`$orderBy has ${column} more than once; once is accepted.`;
    }
    order.push({ column, descending: direction.toLowerCase() === 'desc' });
  }
  if (order.length > MAX_ORDER_COLUMNS) {
    throw invalid`$orderBy has ${order.length} columns; at most ${MAX_ORDER_COLUMNS} are accepted.`;
  }
  const id = order.findIndex(({ column }) => column === 'batchTaskId');
  // Ids are unique: what stands behind them sorts nothing.
  if (id !== -1) return order.slice(0, id + 1);
  return [...order, { column: 'batchTaskId', descending: order.at(-1)?.descending ?? true }];
}
