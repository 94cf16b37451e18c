import type { ColumnName } from './columns.ts';
import type { Clock } from './time-span.ts';

/**
 * A condition on tasks. Every operator and function of `$filter` is made of these few. Each is true or false
 * and nothing else: a comparison with a date that was never set is false, and its negation true.
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  /** Every task, or none. */
  | { readonly kind: 'constant'; readonly value: boolean }
  /** The column has a value: a text that is not empty, a date that was set, a number that is not 0, a flag that is true. */
  | { readonly kind: 'set'; readonly column: ColumnName }
  /** Texts are compared without regard to case. */
  | {
      readonly kind: 'compare';
      readonly column: ColumnName;
      readonly operator: Comparison;
      readonly value: FilterValue;
    }
  /** The column is one of the values; there is at least one. */
  | { readonly kind: 'among'; readonly column: ColumnName; readonly values: readonly (number | string)[] }
  /** The text begins or ends with the other, or has it anywhere, without regard to case. */
  | {
      readonly kind: 'match';
      readonly column: ColumnName;
      readonly where: 'start' | 'end' | 'anywhere';
      readonly text: string;
    };

/** How a column is compared with a value. */
export type Comparison = '=' | '<' | '<=' | '>' | '>=';

/** What a column is compared with. */
export type FilterValue = number | string | boolean | Date;

/** What a filter may speak of beside the tasks: who asks, when and where. */
export interface FilterContext extends Clock {
  /** The associate that `currentAssociate` stands for. */
  readonly associateId: number;
}

/** The columns that a filter refers to, possibly with repetitions. */
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
