import { invalid } from '../errors.ts';
import { COLUMN_NAMES, COLUMNS, findColumn } from './columns.ts';
import type { Expression } from './expression.ts';

/** A sort expression: a column, or a part of its date. */
export interface OrderColumn extends Expression {
  readonly descending: boolean;
}

/** Maximum number of columns in `$orderBy`. */
const MAX_ORDER_COLUMNS = 5;

/** The columns that tasks can be sorted by. */
const SORTABLE = COLUMN_NAMES.filter((name) => COLUMNS[name].canOrderBy);

/**
 * Parses `$orderBy` (contract, section 6): columns with an optional `asc` or `desc`. Ties are broken by id, in the direction
 * of the last column. Without any column, the newest task is first.
 *
 * @returns a total order, whose last column is always batchTaskId
 * @throws RequestError (invalid) if a column does not exist, can't be sorted by or appears twice, or there are too many
 */
export function parseOrder(text: string): OrderColumn[] {
  const order: OrderColumn[] = [];
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const [, name = '', direction = 'asc'] = /^(\S+)(?:\s+(asc|desc))?$/i.exec(part) ?? [];
    const column = findColumn(name);
    if (column === undefined || !COLUMNS[column].canOrderBy) {
      throw invalid`$orderBy has "${part.slice(0, 60)}"; a column with asc or desc is accepted, the columns are ${SORTABLE.join(', ')}.`;
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
  // Ids are unique, so later columns have no effect.
  if (id !== -1) return order.slice(0, id + 1);
  return [...order, { column: 'batchTaskId', descending: order.at(-1)?.descending ?? true }];
}
