import type { ColumnName } from './columns.ts';
import type { Clock } from './time-span.ts';

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
    };

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
