import { type ColumnKind, type ColumnName, kindOf } from './columns.ts';

/** The parts of a date that `DatePart` accepts, and the kind of value of each (contract, section 6). */
export const DATE_PARTS = {
  Year: 'int',
  Quarter: 'int',
  Month: 'int',
  Day: 'int',
  DayOfYear: 'int',
  /** From 0, which is Sunday. */
  DayOfWeek: 'int',
  /** From 0, which is Monday. */
  DayOfWeekFromMonday: 'int',
  Hour: 'int',
  /** The week by ISO 8601. */
  Weekno: 'int',
  /** `2026/05` */
  YearMonth: 'text',
  /** `2026/07`, year and week by ISO 8601. */
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

/** A value of a task: that of a column, a part of its date, or a number of it weighted by a percentage. */
export interface Expression {
  readonly column: ColumnName;
  /** The part of the date in this zone, an IANA name. */
  readonly part?: { readonly name: DatePart; readonly zone: string } | undefined;
  /** The column with the percentage that the number counts by. */
  readonly weight?: ColumnName | undefined;
}

/** The kind of an expression's value: that of a column, or a number with decimals. */
export function kindOfExpression({ column, part, weight }: Expression): ColumnKind | 'decimal' {
  if (weight !== undefined) return 'decimal';
  return part === undefined ? kindOf(column) : DATE_PARTS[part.name];
}

/** An expression in words, without its zone. */
export function writeExpression({ column, part, weight }: Expression): string {
  if (weight !== undefined) return `Weighted(${column};${weight})`;
  return part === undefined ? column : `DatePart(${column}):${part.name}`;
}
