import { type Kysely, type RawBuilder, sql } from 'kysely';
import { COLUMNS, type ColumnName, type ColumnValue } from '../../domain/archive/columns.ts';
import type { Filter } from '../../domain/archive/filter.ts';
import type { OrderColumn } from '../../domain/archive/order.ts';
import type { MessageData } from '../../domain/message.ts';
import type { Schema } from '../schema.ts';
import { COLUMN_SQL, MESSAGE_SQL } from './column-sql.ts';
import { compileFilter, fold } from './compile-filter.ts';
import { areSmall, type Slice } from './scope.ts';

/** The longest text that a place in the order has, in characters. Texts are sorted by so much of them. */
const SORTED_CHARACTERS = 250;

/**
 * An owner with so many tasks or fewer has them all read and sorted, in some milliseconds. The planner would
 * rather follow an index over everybody's tasks in the order and hope for the owner's to come soon; but they may
 * all stand at its end.
 */
const SORTED_AT_ONCE = 20_000;

/** What a page holds. */
export interface PageRequest {
  /** What may be read (`slicesOf`). */
  readonly slices: readonly Slice[];
  readonly filter: Filter | undefined;
  readonly columns: readonly ColumnName[];
  /** A total order. */
  readonly order: readonly OrderColumn[];
  /** Only what comes after this place. */
  readonly after: Place | undefined;
  readonly skip: number;
  /** The most rows. */
  readonly limit: number;
}

/** A place in an order: what each of its columns is sorted by there, as text. */
export type Place = readonly string[];

/** A task of a page. */
export interface PageRow {
  readonly id: number;
  readonly values: Readonly<Partial<Record<ColumnName, ColumnValue>>>;
  /** What texts of our own were told by. */
  readonly messages: Readonly<Partial<Record<ColumnName, MessageData | null>>>;
  readonly place: Place;
}

/**
 * A page of the archive list. Each slice is read in the order, from the place on and no further than the page
 * goes, so that an index that begins with the slice and goes on with the order makes the time independent of
 * the number of tasks. Where no index of an owner's tasks has the order, the time depends on their number.
 */
export async function readPage(db: Kysely<Schema>, page: PageRequest): Promise<PageRow[]> {
  const { slices, columns, order, skip, limit } = page;
  if (slices.length === 0) return [];
  const values = columns.map((column, index) => sql`${COLUMN_SQL[column]} as ${sql.ref(`c${index}`)}`);
  const messages = columns.flatMap((column, index) => {
    const message = MESSAGE_SQL[column];
    return message === undefined ? [] : [sql`${message} as ${sql.ref(`m${index}`)}`];
  });
  const keys = order.map(({ column }, index) => sql`${sortedBy(column)} as ${sql.ref(`s${index}`)}`);
  const inOrder = sql.join(
    order.map(
      ({ descending }, index) => sql`${sql.ref(`s${index}`)} ${sql.raw(descending ? 'desc' : 'asc')}`,
    ),
  );
  const sources = await sourcesOf(db, page);
  const parts = sources.map(
    (source) => sql`(
      select ${sql.join([sql`t.id as task_id`, ...values, ...messages, ...keys])} from ${source}
      order by ${inOrder} limit ${skip + limit})`,
  );
  const places = order.map(({ column }, index) =>
    placeText(column, sql.ref(`s${index}`), sql.ref(`p${index}`)),
  );
  const { rows } = await sql<Record<string, unknown>>`
    select page.*, ${sql.join(places)} from (${sql.join(parts, sql` union all `)}) as page
    order by ${inOrder} offset ${skip} limit ${limit}`.execute(db);
  return rows.map((row) => ({
    id: row.task_id as number,
    values: Object.fromEntries(columns.map((column, index) => [column, row[`c${index}`] as ColumnValue])),
    messages: Object.fromEntries(
      columns.map((column, index) => [column, (row[`m${index}`] ?? null) as MessageData | null]),
    ),
    place: order.map((_, index) => row[`p${index}`] as string),
  }));
}

/** For each slice where its tasks come from. `offset 0` keeps the planner from choosing an index by the order: those hold no held task. */
async function sourcesOf(db: Kysely<Schema>, page: PageRequest): Promise<RawBuilder<unknown>[]> {
  const { slices, order } = page;
  const byOwnersIndex = ['batchTaskId', 'associateId'].includes(order[0]?.column ?? '');
  const small =
    byOwnersIndex || !slices.every(({ ofOwner }) => ofOwner)
      ? []
      : await areSmall(db, slices, SORTED_AT_ONCE);
  return slices.map(({ condition, ofHeld }, index) => {
    const where = sql.join([condition, ...conditionsOf(page)], sql` and `);
    return ofHeld || small[index]
      ? sql`(select * from batchline.task as t where ${where} offset 0) as t`
      : sql`batchline.task as t where ${where}`;
  });
}

function conditionsOf({ filter, order, after }: PageRequest): RawBuilder<boolean>[] {
  const conditions: RawBuilder<boolean>[] = [];
  if (filter !== undefined) conditions.push(compileFilter(filter));
  if (after !== undefined) conditions.push(comesAfter(order, after));
  return conditions;
}

/** That a task comes after a place. In one direction it is a comparison of rows, which an index answers at once. */
function comesAfter(order: readonly OrderColumn[], place: Place): RawBuilder<boolean> {
  const keys = order.map(({ column, descending }, index) => ({
    key: sortedBy(column),
    value: placeValue(column, place[index] ?? ''),
    beyond: sql.raw(descending ? '<' : '>'),
    descending,
  }));
  const [first] = keys;
  if (first !== undefined && keys.every(({ descending }) => descending === first.descending)) {
    return sql`(${sql.join(keys.map(({ key }) => key))}) ${first.beyond} (${sql.join(keys.map(({ value }) => value))})`;
  }
  const ways = keys.map(({ key, value, beyond }, index) =>
    sql.join(
      [
        ...keys.slice(0, index).map((same) => sql`${same.key} = ${same.value}`),
        sql`${key} ${beyond} ${value}`,
      ],
      sql` and `,
    ),
  );
  return sql`(${sql.join(ways, sql` or `)})`;
}

/** What a column is sorted by: never null, texts without their case. */
function sortedBy(column: ColumnName): RawBuilder<unknown> {
  const value = COLUMN_SQL[column];
  if (column === 'name') return fold(value);
  if (column === 'databaseSerialNumber') return value;
  if (column === 'lastStarted') return sql`coalesce(${value}, '-infinity')`;
  switch (COLUMNS[column]) {
    case 'text':
      return sql`left(${fold(value)}, ${sql.lit(SORTED_CHARACTERS)})`;
    case 'flag':
      return sql`${value}::int`;
    default:
      return value;
  }
}

/** What a row is sorted by, as a text that loses nothing. */
function placeText(
  column: ColumnName,
  key: RawBuilder<unknown>,
  name: RawBuilder<unknown>,
): RawBuilder<unknown> {
  if (COLUMNS[column] !== 'date') return sql`${key}::text as ${name}`;
  return sql`case when ${key} = '-infinity' then '-infinity'
    else to_char(${key} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end as ${name}`;
}

function placeValue(column: ColumnName, text: string): RawBuilder<unknown> {
  switch (COLUMNS[column]) {
    case 'text':
      return sql`${text}::text`;
    case 'date':
      return sql`${text}::timestamptz`;
    default:
      return sql`${text}::int`;
  }
}
