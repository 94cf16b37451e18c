import { type RawBuilder, sql } from 'kysely';
import { INT32_MAX } from '../../core/limits.ts';
import type { MessageData } from '../../core/message.ts';
import { type ColumnName, type ColumnValue, kindOf } from '../../core/odata/columns.ts';
import {
  type DatePart,
  type Expression,
  type Filter,
  type FilterValue,
  kindOfExpression,
} from '../../core/odata/filter.ts';
import { ENDED_STATES, TaskState } from '../../core/task-state.ts';
import { IS_STOPPED } from './task.ts';
import { containsWords } from './task-search.ts';
import { IS_LIVE } from './worker.ts';

/** A definition as lists show it. */
export interface ListedDefinition {
  readonly name: string;
  readonly description: string;
}

/**
 * The `with` clause of what `COLUMN_SQL` reads: the definitions, and those that workers run, each with the tenant. A
 * statement evaluates each once, if it needs it.
 */
export function withDefinitions(definitions: readonly ListedDefinition[] = []): RawBuilder<unknown> {
  const rows = definitions.map(({ name, description }) => ({ name_key: name.toLowerCase(), description }));
  return sql`with definition as (
    select * from json_to_recordset(${JSON.stringify(rows)}::json) as d (name_key text, description text)),
    live as materialized (
      select distinct w.tenant, n.name from batchline.worker as w cross join unnest(w.names) as n (name)
      where ${IS_LIVE})`;
}

/** Matches tasks that are due later. */
const IS_LATER = sql<boolean>`t.state = ${sql.lit(TaskState.New)} and t.run_after > now()`;

/**
 * The first reason why a task does not run (`waitsOf`), from its row and from what is evaluated once for a statement; a
 * task that is due and can start is in the `Queue`. Empty for tasks that are running or have ended.
 */
const WAITS_FOR = sql<string>`(case
  when t.state = ${sql.lit(TaskState.Started)} and t.lease_owner is null and t.job_id is not null then 'Children'
  when t.state <> ${sql.lit(TaskState.New)} then ''
  when t.run_after > now() then case when t.failures + t.losses > 0 then 'Backoff' else 'DelayedStart' end
  when t.name = any (array(select c.name from batchline.definition_control as c where c.paused)) then 'DefinitionPaused'
  when t.name = any (array(select l.name from live as l where l.tenant is null)) then 'Queue'
  when t.name || ' ' || t.tenant = any (array(
    select l.name || ' ' || l.tenant from live as l where l.tenant is not null
  )) then 'Queue'
  else 'NoWorker' end)`;

/** Milliseconds from the last start to the last change of an ended task; 0 if it has not ended or never ran. */
const DURATION = sql<number>`(case
  when t.last_started is null or t.state not in (${sql.join(ENDED_STATES.map((state) => sql.lit(TaskState[state])))}) then 0
  else least(${sql.lit(INT32_MAX)}, greatest(0, extract(epoch from t.updated - t.last_started) * 1000))::int end)`;

/** The SQL of each column of the archive list, over `batchline.task as t` and `withDefinitions`. */
export const COLUMN_SQL: Readonly<Record<ColumnName, RawBuilder<ColumnValue>>> = {
  getAllRows: sql`true`,
  getNoRows: sql`false`,
  // A hash, so that a name has the same number on every server (docs/decisions/0024-the-archive-list.md).
  DefinitionId: sql`(('x' || left(encode(sha256(convert_to(lower(t.name), 'UTF8')), 'hex'), 8))::bit(32)::int & 2147483647)`,
  DefinitionName: sql`t.name`,
  DefinitionDescription: sql`coalesce((select d.description from definition as d where d.name_key = lower(t.name)), '')`,
  // Runs have no time limit, which is 0 (contract, section 1.2).
  DefinitionTimeOut: sql`0`,
  Description: sql`t.description`,
  DbTag: sql`t.tenant`,
  State: sql`t.state`,
  DetailsTable: sql`t.details_table`,
  DetailsRecord: sql`t.details_record`,
  Request: sql`t.request`,
  Response: sql`t.response`,
  StartCount: sql`t.start_count`,
  LastStarted: sql`t.last_started`,
  ProgressPercent: sql`t.progress_percent`,
  ProgressDescription: sql`t.progress_description`,
  updatedBy: sql`t.updated_by`,
  updatedDate: sql`t.updated`,
  registeredBy: sql`t.owner_id`,
  registeredDate: sql`t.created`,
  batchTaskId: sql`t.id`,
  associateId: sql`t.owner_id`,
  fileName: sql`t.file_name`,
  result: sql`t.result`,
  context: sql`t.context`,
  cancellationBehaviour: sql`t.cancellation`,
  isSystemTask: sql`(t.owner_id = 0)`,
  isInternalTask: sql`t.is_internal`,
  parentId: sql`coalesce(t.parent_id, 0)`,
  scheduleId: sql`coalesce(t.schedule_id, 0)`,
  stopped: IS_STOPPED,
  dueAt: sql`(case when ${IS_LATER} then t.run_after end)`,
  waitsFor: WAITS_FOR,
  priority: sql`t.priority`,
  duration: DURATION,
};

/** The messages of the columns with localizable texts. */
export const MESSAGE_SQL: Readonly<Partial<Record<ColumnName, RawBuilder<MessageData | null>>>> = {
  ProgressDescription: sql`t.progress_message`,
  result: sql`t.result_message`,
};

/** The name of the associate whose id a column contains; empty if there is none. */
export const NAME_SQL: Readonly<Partial<Record<ColumnName, RawBuilder<string>>>> = {
  updatedBy: associateName(sql`t.updated_by`),
  registeredBy: associateName(sql`t.owner_id`),
};

function associateName(id: RawBuilder<unknown>): RawBuilder<string> {
  return sql`coalesce((select coalesce(nullif(a.name, ''), a.login) from batchline.associate as a where a.id = ${id}), '')`;
}

/** Matches tasks for which a column has a value, by its kind. */
function isSet(column: ColumnName): RawBuilder<boolean> {
  const value = COLUMN_SQL[column];
  switch (kindOf(column)) {
    case 'text':
      return sql`${value} <> ''`;
    case 'date':
      return column === 'dueAt' ? IS_LATER : sql`${value} is not null`;
    case 'flag':
    case 'restriction':
      return sql`${value}`;
    default:
      return sql`${value} <> 0`;
  }
}

/** The SQL of each part of a date, for a local time. */
const PART_SQL: Readonly<Record<DatePart, (at: RawBuilder<unknown>) => RawBuilder<unknown>>> = {
  Year: (at) => sql`extract(year from ${at})::int`,
  Quarter: (at) => sql`extract(quarter from ${at})::int`,
  Month: (at) => sql`extract(month from ${at})::int`,
  Day: (at) => sql`extract(day from ${at})::int`,
  DayOfYear: (at) => sql`extract(doy from ${at})::int`,
  DayOfWeek: (at) => sql`extract(dow from ${at})::int`,
  DayOfWeekFromMonday: (at) => sql`(extract(isodow from ${at})::int - 1)`,
  Hour: (at) => sql`extract(hour from ${at})::int`,
  Weekno: (at) => sql`extract(week from ${at})::int`,
  YearMonth: (at) => sql`to_char(${at}, 'YYYY/MM')`,
  YearWeekno: (at) => sql`to_char(${at}, 'IYYY/IW')`,
  YearWeekAsISODate: (at) => sql`to_char(date_trunc('week', ${at}), 'YYYY-MM-DD')`,
  YearQuarter: (at) => sql`to_char(${at}, 'YYYY/Q')`,
  ISODate: (at) => sql`to_char(${at}, 'YYYY-MM-DD')`,
  ISODateHour: (at) => sql`to_char(${at}, 'YYYY-MM-DD"T"HH24')`,
};

/** Returns the SQL of an expression; null for a part of a date that is not set. */
export function expressionSql({ column, part, weight }: Expression): RawBuilder<unknown> {
  const value = COLUMN_SQL[column];
  if (weight !== undefined) return sql`(${value}::float8 * ${COLUMN_SQL[weight]} / 100)`;
  return part === undefined ? value : PART_SQL[part.name](sql`(${value} at time zone ${part.zone}::text)`);
}

/** Converts a text to lower case. */
export function fold(text: RawBuilder<unknown>): RawBuilder<string> {
  return sql`batchline.fold(${text})`;
}

/** Maximum length of a sort key, in characters; texts are sorted by this prefix. */
const SORTED_CHARACTERS = 250;

/** Returns the SQL of the sort and group key of an expression: never null, texts in lower case. */
export function sortKey(expression: Expression): RawBuilder<unknown> {
  const { column, part } = expression;
  const value = expressionSql(expression);
  const kind = kindOfExpression(expression);
  if (part !== undefined) return kind === 'text' ? sql`coalesce(${value}, '')` : sql`coalesce(${value}, -1)`;
  if (column === 'DefinitionName') return fold(value);
  if (column === 'DbTag') return value;
  switch (kind) {
    case 'associate':
      // Associates with the same name stay distinct.
      return sql`(${fold(NAME_SQL[column] ?? sql`''`)} || ' ' || ${value})`;
    case 'date':
      // The other dates are never null and have an index.
      return NULLABLE.includes(column) ? sql`coalesce(${value}, '-infinity')` : value;
    case 'text':
      return sql`left(${fold(value)}, ${sql.lit(SORTED_CHARACTERS)})`;
    case 'flag':
    case 'restriction':
      return sql`${value}::int`;
    default:
      return value;
  }
}

/** Encodes a sort key as text without loss. */
export function keyText(expression: Expression, key: RawBuilder<unknown>): RawBuilder<string> {
  if (kindOfExpression(expression) !== 'date') return sql`${key}::text`;
  return sql`case when ${key} = '-infinity' then '-infinity'
    else to_char(${key} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end`;
}

/** Decodes a sort key. */
export function keyValue(expression: Expression, text: string): RawBuilder<unknown> {
  switch (kindOfExpression(expression)) {
    case 'text':
    case 'associate':
      return sql`${text}::text`;
    case 'date':
      return sql`${text}::timestamptz`;
    default:
      return sql`${text}::int`;
  }
}

type Condition = RawBuilder<boolean>;

/** The columns that can be null. */
const NULLABLE: readonly ColumnName[] = ['LastStarted', 'dueAt'];

/** The stored ids of columns that are 0 if they are null. A comparison with these, unlike `COLUMN_SQL`, is found by their indexes. */
const NULL_IDS: Readonly<Partial<Record<ColumnName, RawBuilder<number | null>>>> = {
  parentId: sql`t.parent_id`,
  scheduleId: sql`t.schedule_id`,
};

/** Compiles a filter to a condition on `batchline.task as t`. All values of the caller are parameters. */
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
    case 'words':
      return containsWords(filter);
    case 'owner':
      return ownedBy(filter.name);
  }
}

/** Matches the tasks of the associates with this login or name. */
function ownedBy(name: string): Condition {
  return sql`(t.owner_id = any (array(
    select a.id from batchline.associate as a
    where a.login_key = batchline.fold(${name}) or batchline.fold(a.name) = batchline.fold(${name}))))`;
}

function compare({ column, operator, value }: Extract<Filter, { kind: 'compare' }>): Condition {
  const source = NULL_IDS[column];
  if (source !== undefined && operator === '=' && value !== 0)
    return sql`(${source} is not null and ${source} = ${typed(value)})`;
  const left = COLUMN_SQL[column];
  if (typeof value === 'string') return sql`(${fold(left)} ${sql.raw(operator)} ${fold(sql.val(value))})`;
  if (typeof value === 'boolean') return value ? sql`${left}` : sql`not ${left}`;
  const condition: Condition = sql`(${left} ${sql.raw(operator)} ${typed(value)})`;
  return NULLABLE.includes(column) ? sql`coalesce(${condition}, false)` : condition;
}

function among({ column, values }: Extract<Filter, { kind: 'among' }>): Condition {
  const left = COLUMN_SQL[column];
  if (values.every((value) => typeof value === 'number')) {
    return sql`(${left} in (${sql.join(values.map(typed))}))`;
  }
  return sql`(${fold(left)} in (${sql.join(values.map((value) => fold(sql.val(value))))}))`;
}

/** Casts a value to its type. */
function typed(value: FilterValue): RawBuilder<unknown> {
  if (typeof value === 'number') return sql`${value}::int`;
  if (typeof value === 'boolean') return sql`${value}::boolean`;
  if (typeof value === 'string') return sql`${value}::text`;
  return sql`${instant(value)}::timestamptz`;
}

/** Formats a date for PostgreSQL, whose format for years before 1 and after 9999 differs from JavaScript's. */
function instant(date: Date): string {
  const year = date.getUTCFullYear();
  if (year < 1) return '-infinity';
  return year > 9999 ? 'infinity' : date.toISOString();
}

function patternOf({ text, where }: Extract<Filter, { kind: 'match' }>): string {
  const escaped = text.replaceAll(/[\\%_]/g, '\\$&');
  return `${where === 'start' ? '' : '%'}${escaped}${where === 'end' ? '' : '%'}`;
}
