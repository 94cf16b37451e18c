import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { ColumnValue } from '../../core/odata/columns.ts';
import { type Expression, type Filter, kindOfExpression, type OrderColumn } from '../../core/odata/filter.ts';
import type { SelectedItem } from '../../core/odata/selection.ts';
import type { Schema } from '../schema.ts';
import type { Partition } from './task-list.ts';
import {
  compileFilter,
  expressionSql,
  fold,
  keyText,
  type ListedDefinition,
  NAME_SQL,
  sortKey,
  withDefinitions,
} from './task-list-filter.ts';

/** The tasks to aggregate. */
export interface SummaryRequest {
  /** The partitions to read (`partitionsFor`). */
  readonly partitions: readonly Partition[];
  readonly filter: Filter | undefined;
  readonly definitions?: readonly ListedDefinition[];
  /** Maximum number of tasks to read. */
  readonly limit: number;
}

/** The key and the aggregates of a group. */
export interface Group {
  /** The sort keys of the group and its outer groups, as text, outermost first. */
  readonly key: readonly string[];
  /** Number of tasks. */
  readonly count: number;
  /** The values that the tasks are grouped by, with the names of associates. */
  readonly values: readonly ColumnValue[];
  readonly names: readonly (string | null)[];
  /** In the order of the aggregates; null for an average without values. `Percent` has the sum. */
  readonly sums: readonly ColumnValue[];
}

/** Counts tasks up to the limit. */
export async function countTasks(db: Kysely<Schema>, request: SummaryRequest): Promise<number> {
  if (request.partitions.length === 0) return 0;
  // Selecting only ids allows an index-only scan.
  const { rows } = await sql<{ n: number }>`
    ${withDefinitions(request.definitions)}
    select count(*)::int as n from (${tasksOf(request, [sql`t.id`])}) as parts`.execute(db);
  return rows[0]?.n ?? 0;
}

/**
 * Groups and aggregates tasks, up to the limit. The last group has all tasks.
 *
 * @param groupings prefix lengths of `groupOrder`, one for each level of groups; the longest is the innermost
 * @param max maximum number of groups
 */
export async function summarise(
  db: Kysely<Schema>,
  request: SummaryRequest,
  groupOrder: readonly OrderColumn[],
  groupings: readonly number[],
  aggregates: readonly SelectedItem[],
  max: number,
): Promise<Group[]> {
  const { partitions } = request;
  if (partitions.length === 0) return [emptyGroup(aggregates)];
  const columns = [
    sql`t.id`,
    ...groupOrder.flatMap((column, index) => [
      sql`${sortKey(column)} as ${sql.ref(`g${index}`)}`,
      sql`${shortened(column)} as ${sql.ref(`v${index}`)}`,
      sql`${NAME_SQL[column.column] ?? sql`null::text`} as ${sql.ref(`n${index}`)}`,
    ]),
    ...argumentsOf(aggregates),
  ];
  const keys = groupOrder.map((_, index) => sql.ref(`g${index}`));
  const results = [
    sql`count(*)::int as n`,
    ...groupOrder.flatMap((column, index) => [
      sql`${keyText(column, sql.ref(`g${index}`))} as ${sql.ref(`k${index}`)}`,
      sql`${anyOf(column, sql.ref(`v${index}`))} as ${sql.ref(`v${index}`)}`,
      sql`min(${sql.ref(`n${index}`)}) as ${sql.ref(`n${index}`)}`,
      sql`grouping(${sql.ref(`g${index}`)}) as ${sql.ref(`o${index}`)}`,
    ]),
    ...aggregates.map((item, index) => sql`${sumOf(item, sql.ref(`x${index}`))} as ${sql.ref(`a${index}`)}`),
  ];
  const sets = [...groupings, 0].map((length) => sql`(${sql.join(keys.slice(0, length))})`);
  const inOrder = groupOrder.map(
    ({ descending }, index) =>
      sql`${sql.ref(`g${index}`)} ${sql.raw(descending ? 'desc' : 'asc')} nulls last`,
  );
  const grouped =
    keys.length === 0
      ? sql``
      : sql`group by grouping sets (${sql.join(sets)}) order by ${sql.join(inOrder)} limit ${max}`;
  const { rows } = await sql<Record<string, unknown>>`
    ${withDefinitions(request.definitions)}
    select ${sql.join(results)} from (${tasksOf(request, columns)}) as base ${grouped}`.execute(db);
  return rows.map((row) => {
    const within = groupOrder.map((_, index) => index).filter((index) => row[`o${index}`] === 0);
    return {
      count: row.n as number,
      key: within.map((index) => row[`k${index}`] as string),
      values: within.map((index) => row[`v${index}`] as ColumnValue),
      names: within.map((index) => row[`n${index}`] as string | null),
      sums: aggregates.map((item, index) => numberOf(item, row[`a${index}`])),
    };
  });
}

/**
 * Computes running aggregates of these tasks, each from the first task of its group. `Median` is not supported (null), and
 * `Percent` is the number of the task itself.
 *
 * @returns the aggregates by task id
 */
export async function runningSums(
  db: Kysely<Schema>,
  request: SummaryRequest,
  order: readonly OrderColumn[],
  groups: number,
  aggregates: readonly SelectedItem[],
  ids: readonly number[],
): Promise<Map<number, readonly ColumnValue[]>> {
  if (ids.length === 0) return new Map();
  const columns = [
    sql`t.id`,
    ...order.map((column, index) => sql`${sortKey(column)} as ${sql.ref(`s${index}`)}`),
    ...argumentsOf(aggregates),
  ];
  const inOrder = sql.join(
    order.map(
      ({ descending }, index) => sql`${sql.ref(`s${index}`)} ${sql.raw(descending ? 'desc' : 'asc')}`,
    ),
  );
  const partition = order.slice(0, groups).map((_, index) => sql.ref(`s${index}`));
  const within = (more: readonly RawBuilder<unknown>[]): RawBuilder<unknown> => {
    const all = [...partition, ...more];
    return all.length === 0 ? sql`` : sql`partition by ${sql.join(all)}`;
  };
  const firsts = aggregates.map((_, index) => {
    const argument = sql.ref(`x${index}`);
    return sql`(${argument} is not null and row_number() over (${within([argument])} order by ${inOrder}) = 1)::int
      as ${sql.ref(`f${index}`)}`;
  });
  const sums = aggregates.map((item, index) => sql`${runningSum(item, index)} as ${sql.ref(`a${index}`)}`);
  const { rows } = await sql<Record<string, unknown>>`
    ${withDefinitions(request.definitions)},
    base as (${tasksOf(request, columns)}),
    flagged as (select ${sql.join([sql`base.*`, ...firsts])} from base),
    running as (
      select ${sql.join([sql`id`, ...sums])} from flagged
      window so_far as (${within([])} order by ${inOrder} rows between unbounded preceding and current row))
    select * from running where id in (${sql.join(ids.map((id) => sql`${id}::int`))})`.execute(db);
  return new Map(
    rows.map((row) => [row.id as number, aggregates.map((item, index) => numberOf(item, row[`a${index}`]))]),
  );
}

/** Selects the tasks to aggregate, up to the limit. */
function tasksOf(
  { partitions, filter, limit }: SummaryRequest,
  columns: readonly RawBuilder<unknown>[],
): RawBuilder<unknown> {
  const condition = filter === undefined ? sql`true` : compileFilter(filter);
  const parts = partitions.map(
    ({ condition: within }) => sql`(
      select ${sql.join(columns)} from batchline.task as t where ${within} and ${condition} limit ${limit})`,
  );
  return sql`select * from (${sql.join(parts, sql` union all `)}) as parts limit ${limit}`;
}

/** Returns the arguments of the aggregates. Texts are counted case-insensitively. */
function argumentsOf(aggregates: readonly SelectedItem[]): RawBuilder<unknown>[] {
  return aggregates.map(({ role, expression }, index) => {
    const isFolded = role === 'Count' && kindOfExpression(expression) === 'text';
    return sql`${isFolded ? fold(expressionSql(expression)) : shortened(expression)} as ${sql.ref(`x${index}`)}`;
  });
}

/** Maximum length of a text in a group, because thousands of groups may be in memory. */
const SHOWN_CHARACTERS = 1000;

/** Returns the SQL of an expression; long texts are truncated. */
function shortened(expression: Expression): RawBuilder<unknown> {
  const value = expressionSql(expression);
  return kindOfExpression(expression) === 'text' ? sql`left(${value}, ${sql.lit(SHOWN_CHARACTERS)})` : value;
}

function sumOf({ role }: SelectedItem, argument: RawBuilder<unknown>): RawBuilder<unknown> {
  switch (role) {
    case 'Count':
      return sql`count(distinct ${argument})`;
    case 'Avg':
      return sql`avg(${argument})::float8`;
    case 'Min':
      return sql`min(${argument})`;
    case 'Max':
      return sql`max(${argument})`;
    case 'Median':
      return sql`percentile_cont(0.5) within group (order by ${argument}::float8)`;
    case 'Sum':
    case 'Percent':
      return sql`coalesce(sum(${argument}), 0)`;
    default:
      return sql`count(*)`;
  }
}

function runningSum({ role }: SelectedItem, index: number): RawBuilder<unknown> {
  const argument = sql.ref(`x${index}`);
  switch (role) {
    case 'Count':
      return sql`sum(${sql.ref(`f${index}`)}) over so_far`;
    case 'Avg':
      return sql`(avg(${argument}) over so_far)::float8`;
    case 'Min':
      return sql`min(${argument}) over so_far`;
    case 'Max':
      return sql`max(${argument}) over so_far`;
    case 'Sum':
      return sql`coalesce(sum(${argument}) over so_far, 0)`;
    case 'Median':
      return sql`null::float8`;
    case 'Percent':
      return argument;
    default:
      return sql`count(*) over so_far`;
  }
}

/** Returns one of the equal values of a group. */
function anyOf(column: OrderColumn, value: RawBuilder<unknown>): RawBuilder<unknown> {
  const kind = kindOfExpression(column);
  return kind === 'flag' || kind === 'restriction' ? sql`bool_or(${value})` : sql`min(${value})`;
}

/** Converts the result of an aggregate: the driver returns counts and sums as text. */
function numberOf({ role, expression }: SelectedItem, value: unknown): ColumnValue {
  if (value === null || value === undefined) return null;
  const isOwn = (role === 'Min' || role === 'Max') && ['date', 'text'].includes(kindOfExpression(expression));
  return isOwn ? (value as ColumnValue) : Number(value);
}

function emptyGroup(aggregates: readonly SelectedItem[]): Group {
  const sums = aggregates.map(({ role }) => (/^(?:Count|CountAll|Sum|Percent)$/.test(role) ? 0 : null));
  return { key: [], count: 0, values: [], names: [], sums };
}
