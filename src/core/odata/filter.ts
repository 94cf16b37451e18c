import { invalid } from '../errors.ts';
import type { WordSequence } from '../search/words.ts';
import { COLUMN_NAMES, COLUMNS, type ColumnKind, type ColumnName, findColumn, kindOf } from './columns.ts';
import type { Clock } from './values.ts';

/**
 * A condition on tasks. All operators and functions of `$filter` are translated to these. The logic has two values: a
 * comparison with a date that was never set is false, and its negation is true.
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  /** Matches all tasks, or none. */
  | { readonly kind: 'constant'; readonly value: boolean }
  /** The column has a value: a text that is not empty, a date that was set, a number that is not 0, a flag that is true. */
  | { readonly kind: 'set'; readonly column: ColumnName }
  /** Text comparisons ignore case. */
  | {
      readonly kind: 'compare';
      readonly column: ColumnName;
      readonly operator: Comparison;
      readonly value: FilterValue;
    }
  /** The column is one of the values, of which there is at least one. */
  | { readonly kind: 'among'; readonly column: ColumnName; readonly values: readonly (number | string)[] }
  /** The column starts with, ends with or contains the text, ignoring case. */
  | {
      readonly kind: 'match';
      readonly column: ColumnName;
      readonly where: 'start' | 'end' | 'anywhere';
      readonly text: string;
    }
  /** The task contains all of these texts, by the search index; or it has this id. */
  | {
      readonly kind: 'words';
      readonly sequences: readonly WordSequence[];
      readonly id: number | undefined;
    }
  /** The owner has this login or name, ignoring case. */
  | { readonly kind: 'owner'; readonly name: string };

/** A comparison operator. */
export type Comparison = '=' | '<' | '<=' | '>' | '>=';

/** A value that a column is compared with. */
export type FilterValue = number | string | boolean | Date;

/** The caller, time and zone that a filter can refer to. */
export interface FilterContext extends Clock {
  /** The associate of the operator `currentAssociate`. */
  readonly associateId: number;
}

/** Returns the columns that a filter refers to, possibly repeated. */
export function columnsOf(filter: Filter | undefined): ColumnName[] {
  if (filter === undefined) return [];
  switch (filter.kind) {
    case 'constant':
    case 'words':
    case 'owner':
      return [];
    case 'and':
    case 'or':
      return filter.parts.flatMap(columnsOf);
    case 'not':
      return columnsOf(filter.part);
    default:
      return [filter.column];
  }
}

/** The parts of a date in `DatePart`, and the kind of value of each (contract, section 6). */
export const DATE_PARTS = {
  Year: 'int',
  Quarter: 'int',
  Month: 'int',
  Day: 'int',
  DayOfYear: 'int',
  /** 0 to 6; 0 is Sunday. */
  DayOfWeek: 'int',
  /** 0 to 6; 0 is Monday. */
  DayOfWeekFromMonday: 'int',
  Hour: 'int',
  /** The ISO 8601 week. */
  Weekno: 'int',
  /** `2026/05` */
  YearMonth: 'text',
  /** `2026/07`, the ISO 8601 year and week. */
  YearWeekno: 'text',
  /** The Monday of the week: `2026-05-11`. */
  YearWeekAsISODate: 'text',
  /** `2026/2` */
  YearQuarter: 'text',
  /** `2026-05-13` */
  ISODate: 'text',
  /** `2026-05-13T14` */
  ISODateHour: 'text',
} as const satisfies Record<string, ColumnKind>;

/** A part of a date. */
export type DatePart = keyof typeof DATE_PARTS;

/** A value of a task: a column, a part of its date, or its number weighted by a percentage. */
export interface Expression {
  readonly column: ColumnName;
  /** A part of the date in a zone, given by its IANA name. */
  readonly part?: { readonly name: DatePart; readonly zone: string } | undefined;
  /** The column with the percentage that weights the number. */
  readonly weight?: ColumnName | undefined;
}

/** Returns the kind of an expression's value. */
export function kindOfExpression({ column, part, weight }: Expression): ColumnKind | 'decimal' {
  if (weight !== undefined) return 'decimal';
  return part === undefined ? kindOf(column) : DATE_PARTS[part.name];
}

/** Formats an expression as in `$select`, without its zone. */
export function writeExpression({ column, part, weight }: Expression): string {
  if (weight !== undefined) return `Weighted(${column};${weight})`;
  return part === undefined ? column : `DatePart(${column}):${part.name}`;
}

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
