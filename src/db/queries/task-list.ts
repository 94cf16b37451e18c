import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { MessageData } from '../../core/message.ts';
import { type ColumnName, type ColumnValue, kindOf } from '../../core/odata/columns.ts';
import type { Expression, Filter, OrderColumn } from '../../core/odata/filter.ts';
import { canBeIn } from '../../core/odata/restrictions.ts';
import type { RightsSubject, Visibility } from '../../core/permissions.ts';
import { ACTIVE_STATES, INACTIVE_STATES } from '../../core/task-state.ts';
import { MAX_LIST_BYTES } from '../list-reads.ts';
import type { Schema } from '../schema.ts';
import { IS_ACTIVE, IS_INACTIVE } from './task.ts';
import {
  COLUMN_SQL,
  compileFilter,
  expressionSql,
  keyText,
  keyValue,
  type ListedDefinition,
  MESSAGE_SQL,
  NAME_SQL,
  sortKey,
  withDefinitions,
} from './task-list-filter.ts';
import { findByWords } from './task-search.ts';

/** With more tenants, a list over all of them reads the whole table instead of one partition per tenant. */
const MAX_TENANTS = 16;

/** A part of the tasks that a list may read, which is the prefix of an index. */
export interface Partition {
  readonly condition: RawBuilder<boolean>;
  /** True if it has the tasks of one owner, which may be few of those of the tenant. */
  readonly ofOwner: boolean;
  /** True if it has active tasks, which are few and not in the indexes of lists. */
  readonly isActive: boolean;
  /** True if it has the tasks that a search has found, which are few. */
  readonly isFound?: boolean;
}

/**
 * Returns the partitions that a list may read: by tenant, by owner if the caller does not see all tasks, and by whether
 * the tasks are active; if the filter has words that few tasks contain, among those tasks. A list never reads outside its
 * partitions.
 *
 * @param filter partitions that it cannot match are omitted
 */
export async function partitionsFor(
  db: Kysely<Schema>,
  visible: Visibility,
  filter: Filter | undefined,
): Promise<Partition[]> {
  const partitions = await partitionsByOwner(db, visible);
  const found = await findByWords(db, filter);
  const isFound = found !== undefined;
  const ofFound = isFound ? sql`and t.id = any (${found}::int[])` : sql``;
  const parts = [
    ...(canBeIn(filter, INACTIVE_STATES) ? [{ which: IS_INACTIVE, isActive: false }] : []),
    ...(canBeIn(filter, ACTIVE_STATES) ? [{ which: IS_ACTIVE, isActive: true }] : []),
  ];
  return partitions.flatMap(({ condition, ofOwner }) =>
    parts.map(({ which, isActive }) => ({
      condition: sql<boolean>`${condition} and ${which} ${ofFound}`,
      ofOwner,
      isActive,
      isFound,
    })),
  );
}

async function partitionsByOwner(
  db: Kysely<Schema>,
  visible: Visibility,
): Promise<Pick<Partition, 'condition' | 'ofOwner'>[]> {
  const tenants = visible.tenant === null ? await listTenants(db) : [visible.tenant];
  const ofTenants = tenants?.map((tenant) => sql<boolean>`t.tenant = ${tenant}`) ?? [sql<boolean>`true`];
  const { ownerIds } = visible;
  if (ownerIds === null) return ofTenants.map((condition) => ({ condition, ofOwner: false }));
  return ofTenants.flatMap((ofTenant) =>
    ownerIds.map((ownerId) => ({
      condition: sql<boolean>`${ofTenant} and t.owner_id = ${ownerId}::int`,
      ofOwner: tenants !== undefined,
    })),
  );
}

/** Returns for each partition whether it has at most `max` tasks, and counts no further. Active tasks are few. */
async function areSmall(
  db: Kysely<Schema>,
  partitions: readonly Partition[],
  max: number,
): Promise<boolean[]> {
  const counts = partitions.map(({ condition, isActive }, index) =>
    isActive
      ? sql`0 as ${sql.ref(`n${index}`)}`
      : sql`
      (select count(*)::int from (select 1 from batchline.task as t where ${condition} limit ${max + 1}) as part)
      as ${sql.ref(`n${index}`)}`,
  );
  const { rows } = await sql<Record<string, number>>`select ${sql.join(counts)}`.execute(db);
  return partitions.map((_, index) => (rows[0]?.[`n${index}`] ?? 0) <= max);
}

/** Lists the tenants that have tasks, by skip scans of the indexes; `undefined` if there are too many. */
async function listTenants(db: Kysely<Schema>): Promise<string[] | undefined> {
  const first = (which: RawBuilder<boolean>, beyond: RawBuilder<boolean>): RawBuilder<unknown> =>
    sql`(select t.tenant from batchline.task as t where ${which} and ${beyond} order by t.tenant limit 1)`;
  const next = (beyond: RawBuilder<boolean>): RawBuilder<unknown> =>
    sql`least(${first(IS_INACTIVE, beyond)}, ${first(IS_ACTIVE, beyond)})`;
  const { rows } = await sql<{ tenant: string }>`
    with recursive step as (
      select ${next(sql`true`)} as tenant
      union all
      select ${next(sql`t.tenant > step.tenant`)} from step where step.tenant is not null
    )
    select tenant from step where tenant is not null limit ${MAX_TENANTS + 1}`.execute(db);
  return rows.length > MAX_TENANTS ? undefined : rows.map(({ tenant }) => tenant);
}

/**
 * Owners with at most this many tasks have all of them read and sorted, which takes milliseconds. The planner would
 * instead scan an index of all tasks in the order of the list, where those of the owner may all be at the end.
 */
const SORTED_AT_ONCE = 20_000;

/** A request for a page of a list. */
export interface PageRequest {
  /** The partitions to read (`partitionsFor`). */
  readonly partitions: readonly Partition[];
  readonly filter: Filter | undefined;
  readonly columns: readonly ColumnName[];
  /** Expressions computed for each task beside its columns. */
  readonly computed?: readonly Expression[];
  /** Definitions whose descriptions the list may show. */
  readonly definitions?: readonly ListedDefinition[];
  /** A total order. */
  readonly order: readonly OrderColumn[];
  /** The page starts after this position. */
  readonly after: Cursor | undefined;
  readonly skip: number;
  /** Maximum number of rows. */
  readonly limit: number;
  /** If true, the page includes the position of the last skipped task. */
  readonly looksBack?: boolean;
}

/** A position in an order: the sort keys of a task, as text. */
export type Cursor = readonly string[];

/** A task of a page. */
export interface PageRow {
  readonly id: number;
  readonly values: Readonly<Partial<Record<ColumnName, ColumnValue>>>;
  /** The messages of localizable texts. */
  readonly messages: Readonly<Partial<Record<ColumnName, MessageData | null>>>;
  /** The names of the associates whose ids are among the values. */
  readonly names: Readonly<Partial<Record<ColumnName, string>>>;
  readonly computed: readonly ColumnValue[];
  /** The data that rights on the task depend on. */
  readonly subject: RightsSubject;
  readonly place: Cursor;
}

/** The tasks of a page, and the adjacent positions. */
export interface Page {
  readonly rows: readonly PageRow[];
  /** The last skipped task, if `looksBack` is set. */
  readonly before: Cursor | undefined;
  /** The first task of the next page, if there is one. */
  readonly following: Cursor | undefined;
}

/**
 * Reads a page of the archive list. Each partition is read in order from the position, and no further than the page needs.
 * With an index of partition and order, the time does not depend on the number of tasks. Without one for an owner's
 * tasks, it depends on their number.
 *
 * A page has fewer tasks than `limit` if their texts exceed `MAX_LIST_BYTES`, but at least one.
 */
export async function listPage(db: Kysely<Schema>, page: PageRequest): Promise<Page> {
  const { partitions, columns, order, limit } = page;
  if (partitions.length === 0) return { rows: [], before: undefined, following: undefined };
  const lookedBack = page.looksBack && page.skip > 0 ? 1 : 0;
  const skip = page.skip - lookedBack;
  const read = lookedBack + limit + 1;
  const values = columns.map((column, index) => sql`${COLUMN_SQL[column]} as ${sql.ref(`c${index}`)}`);
  const messages = columns.flatMap((column, index) => {
    const message = MESSAGE_SQL[column];
    return message === undefined ? [] : [sql`${message} as ${sql.ref(`m${index}`)}`];
  });
  const names = columns.flatMap((column, index) => {
    const name = NAME_SQL[column];
    return name === undefined ? [] : [sql`${name} as ${sql.ref(`n${index}`)}`];
  });
  const computed = (page.computed ?? []).map(
    (expression, index) => sql`${expressionSql(expression)} as ${sql.ref(`e${index}`)}`,
  );
  const subject = sql`t.id as task_id, t.tenant as task_tenant, t.owner_id as task_owner, t.name as task_name`;
  const keys = order.map((column, index) => sql`${sortKey(column)} as ${sql.ref(`s${index}`)}`);
  const inOrder = sql.join(
    order.map(
      ({ descending }, index) => sql`${sql.ref(`s${index}`)} ${sql.raw(descending ? 'desc' : 'asc')}`,
    ),
  );
  const sources = await sourcesOf(db, page);
  const parts = sources.map(
    (source) => sql`(
      select ${sql.join([subject, ...values, ...messages, ...names, ...computed, ...keys])} from ${source}
      order by ${inOrder} limit ${skip + read})`,
  );
  const places = order.map(
    (column, index) => sql`${keyText(column, sql.ref(`s${index}`))} as ${sql.ref(`p${index}`)}`,
  );
  const bytes = bytesOf(columns);
  const texts = [...values.keys()].map((index) => sql.ref(`c${index}`));
  const messageColumns = columns.flatMap((column, index) =>
    column in MESSAGE_SQL ? [sql.ref(`m${index}`)] : [],
  );
  const shownAlone = [...texts, ...messageColumns].map(
    (column) => sql`case when is_shown then ${column} end as ${column}`,
  );
  const others = [
    ...['task_id', 'task_tenant', 'task_owner', 'task_name', 'is_shown', 'list_place'].map((name) =>
      sql.ref(name),
    ),
    ...columns.flatMap((column, index) => (column in NAME_SQL ? [sql.ref(`n${index}`)] : [])),
    ...computed.map((_, index) => sql.ref(`e${index}`)),
  ];
  const { rows: found } = await sql<Record<string, unknown>>`
    ${withDefinitions(page.definitions)}
    select ${sql.join([...others, ...shownAlone, ...places])} from (
      select summed.*, list_place > ${lookedBack} and (list_place = ${lookedBack + 1} or
        (list_place <= ${lookedBack + limit} and list_bytes <= ${sql.lit(MAX_LIST_BYTES)})) as is_shown
      from (
        select numbered.*, sum(own_bytes) over (order by list_place rows unbounded preceding) as list_bytes
        from (
          select placed.*, case when list_place > ${lookedBack} then ${bytes} else 0 end as own_bytes from (
            select page.*, row_number() over (order by ${inOrder}) as list_place from (
              select page.* from (${sql.join(parts, sql` union all `)}) as page
              order by ${inOrder} offset ${skip} limit ${read}) as page) as placed) as numbered) as summed
    ) as page
    where list_place <= ${lookedBack + 2} or list_bytes - own_bytes <= ${sql.lit(MAX_LIST_BYTES)}
    order by list_place`.execute(db);
  const placeOf = (row: Record<string, unknown> | undefined): Cursor | undefined =>
    row && order.map((_, index) => row[`p${index}`] as string);
  const rows = found.filter(({ is_shown }) => is_shown);
  const behind = found.slice(lookedBack);
  return {
    before: lookedBack === 1 ? placeOf(found[0]) : undefined,
    following: placeOf(behind[rows.length]),
    rows: rows.map((row) => pageRow(page, row)),
  };
}

/** Returns the size in bytes of the texts of a row. */
function bytesOf(columns: readonly ColumnName[]): RawBuilder<number> {
  const texts = columns.flatMap((column, index) => (kindOf(column) === 'text' ? [sql.ref(`c${index}`)] : []));
  return texts.length === 0
    ? sql`0`
    : sql`(${sql.join(
        texts.map((text) => sql`octet_length(${text})::bigint`),
        sql` + `,
      )})`;
}

function pageRow({ columns, computed = [], order }: PageRequest, row: Record<string, unknown>): PageRow {
  return {
    id: row.task_id as number,
    values: Object.fromEntries(columns.map((column, index) => [column, row[`c${index}`] as ColumnValue])),
    messages: Object.fromEntries(
      columns.map((column, index) => [column, (row[`m${index}`] ?? null) as MessageData | null]),
    ),
    names: Object.fromEntries(
      columns.flatMap((column, index) => (column in NAME_SQL ? [[column, row[`n${index}`] as string]] : [])),
    ),
    computed: computed.map((_, index) => row[`e${index}`] as ColumnValue),
    subject: {
      tenant: row.task_tenant as string,
      ownerId: row.task_owner as number,
      name: row.task_name as string,
    },
    place: order.map((_, index) => row[`p${index}`] as string),
  };
}

/** Returns the source of each partition. `offset 0` prevents an index scan in list order: those indexes lack active tasks. */
async function sourcesOf(db: Kysely<Schema>, page: PageRequest): Promise<RawBuilder<unknown>[]> {
  const { partitions, order } = page;
  const byOwnersIndex = ['batchTaskId', 'associateId'].includes(order[0]?.column ?? '');
  const small =
    byOwnersIndex || partitions.some(({ isFound }) => isFound) || !partitions.every(({ ofOwner }) => ofOwner)
      ? []
      : await areSmall(db, partitions, SORTED_AT_ONCE);
  return partitions.map(({ condition, isActive, isFound }, index) => {
    const where = sql.join([condition, ...conditionsOf(page)], sql` and `);
    return isActive || isFound || small[index]
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

/** Matches tasks after a position. If all columns have one direction, it is a row comparison, which an index supports. */
function comesAfter(order: readonly OrderColumn[], place: Cursor): RawBuilder<boolean> {
  const keys = order.map((column, index) => ({
    key: sortKey(column),
    value: keyValue(column, place[index] ?? ''),
    beyond: sql.raw(column.descending ? '<' : '>'),
    descending: column.descending,
  }));
  const [first] = keys;
  if (first !== undefined && keys.every(({ descending }) => descending === first.descending)) {
    return sql`(${sql.join(keys.map(({ key }) => key))}) ${first.beyond} (${sql.join(keys.map(({ value }) => value))})`;
  }
  const alternatives = keys.map(({ key, value, beyond }, index) =>
    sql.join(
      [
        ...keys.slice(0, index).map((same) => sql`${same.key} = ${same.value}`),
        sql`${key} ${beyond} ${value}`,
      ],
      sql` and `,
    ),
  );
  return sql`(${sql.join(alternatives, sql` or `)})`;
}

/** Returns the ranks of texts in the order of this database, which depends on its collation. */
export async function rankTexts(db: Kysely<Schema>, texts: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ text: string; rank: number }>`
    select text, (row_number() over (order by text))::int as rank
    from unnest(${[...new Set(texts)]}::text[]) as t(text)`.execute(db);
  return new Map(rows.map(({ text, rank }) => [text, rank]));
}
