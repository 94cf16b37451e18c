import { type ColumnKind, type ColumnName, kindOf } from './columns.ts';

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
