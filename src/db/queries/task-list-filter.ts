import { type RawBuilder, sql } from 'kysely';
import type { ColumnName } from '../../core/odata/columns.ts';
import type { Filter, FilterValue } from '../../core/odata/filter.ts';
import { COLUMN_SQL, fold, isSet } from './column-sql.ts';

type Condition = RawBuilder<boolean>;

/** The only column that can be null. */
const NULLABLE: ColumnName = 'LastStarted';

/** A filter as a condition on `batchline.task as t`; everything that the caller wrote is a parameter of it. */
export function compileFilter(filter: Filter): Condition {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return sql`(${sql.join(filter.parts.map(compileFilter), filter.kind === 'and' ? sql` and ` : sql` or `)})`;
    case 'not':
      return sql`not ${compileFilter(filter.part)}`;
    case 'constant':
      return filter.value ? sql`true` : sql`false`;
    case 'set':
      return sql`(${isSet(filter.column)})`;
    case 'compare':
      return compare(filter);
    case 'among':
      return among(filter);
    case 'match':
      return sql`(${fold(COLUMN_SQL[filter.column])} like ${fold(sql.val(patternOf(filter)))} escape '\\')`;
  }
}

function compare({ column, operator, value }: Extract<Filter, { kind: 'compare' }>): Condition {
  const left = COLUMN_SQL[column];
  if (typeof value === 'string') return sql`(${fold(left)} ${sql.raw(operator)} ${fold(sql.val(value))})`;
  if (typeof value === 'boolean') return value ? sql`${left}` : sql`not ${left}`;
  const condition: Condition = sql`(${left} ${sql.raw(operator)} ${typed(value)})`;
  return column === NULLABLE ? sql`coalesce(${condition}, false)` : condition;
}

function among({ column, values }: Extract<Filter, { kind: 'among' }>): Condition {
  const left = COLUMN_SQL[column];
  if (values.every((value) => typeof value === 'number')) {
    return sql`(${left} in (${sql.join(values.map(typed))}))`;
  }
  return sql`(${fold(left)} in (${sql.join(values.map((value) => fold(sql.val(value))))}))`;
}

/** A value with the type that the database is to take it for. */
function typed(value: FilterValue): RawBuilder<unknown> {
  if (typeof value === 'number') return sql`${value}::int`;
  if (typeof value === 'boolean') return sql`${value}::boolean`;
  if (typeof value === 'string') return sql`${value}::text`;
  return sql`${instant(value)}::timestamptz`;
}

/** An instant in words that PostgreSQL reads; it writes years before 1 and after 9999 otherwise than JavaScript. */
function instant(date: Date): string {
  const year = date.getUTCFullYear();
  if (year < 1) return '-infinity';
  return year > 9999 ? 'infinity' : date.toISOString();
}

function patternOf({ text, where }: Extract<Filter, { kind: 'match' }>): string {
  const escaped = text.replaceAll(/[\\%_]/g, '\\$&');
  return `${where === 'start' ? '' : '%'}${escaped}${where === 'end' ? '' : '%'}`;
}
