import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { MessageData } from '../../core/message.ts';
import type { Visibility } from '../../core/permissions.ts';
import { type StoredState, storedStateOf, TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { IS_ACTIVE } from './task.ts';

/** A period of time. */
export interface Period {
  /** Exclusive. */
  readonly after: Date;
  /** Inclusive. */
  readonly until: Date;
}

/**
 * Lists the active subscriptions with one of these occasions that were not checked for `seconds`, by id.
 */
export async function listUnchecked(
  db: Kysely<Schema>,
  occasions: readonly string[],
  seconds: number,
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from batchline.subscription
    where active and occasions && ${sql.val([...occasions])}::text[]
      and checked <= now() - ${seconds}::float8 * interval '1 second'
    order by id`.execute(db);
  return rows.map(({ id }) => id);
}

/**
 * Begins the check of a subscription, and records it.
 *
 * @returns the period since the check before; `undefined` if another process checks it
 */
export async function beginCheck(
  trx: Transaction<Schema>,
  id: number,
  seconds: number,
): Promise<Period | undefined> {
  const { rows } = await sql<Period>`
    with unchecked as (
      select id, checked from batchline.subscription
      where id = ${id} and active and checked <= now() - ${seconds}::float8 * interval '1 second'
      for update skip locked
    )
    update batchline.subscription as s set checked = now() from unchecked as u where s.id = u.id
    returning u.checked as after, s.checked as until`.execute(trx);
  return rows[0];
}

/** Selects tasks or schedules for a subscription. */
export interface CheckFilter extends Visibility {
  /** Names of definitions in lower case; empty for all. */
  readonly names: readonly string[];
  /** Limits it to one task. */
  readonly taskId: number | null;
}

/** A task that became late. */
export interface LateTask {
  readonly id: number;
  readonly tenant: string;
  readonly ownerId: number;
  readonly name: string;
  readonly state: StoredState;
  readonly description: string;
  readonly progress: string;
  readonly progressMessage: MessageData | null;
  /** Seconds that it has run or waited. */
  readonly seconds: number;
}

/**
 * Finds tasks that became late in a period: they were started or due `seconds` before a moment in it, and still run or
 * wait.
 *
 * @returns at most `limit` of them, the oldest first, and the number of all
 */
export async function findLateTasks(
  db: Kysely<Schema>,
  { after, until }: Period,
  seconds: number,
  filter: CheckFilter,
  limit: number,
): Promise<{ readonly tasks: LateTask[]; readonly total: number }> {
  const moment = (column: RawBuilder<unknown>): RawBuilder<boolean> => sql<boolean>`
    ${column} > ${after}::timestamptz - ${seconds}::float8 * interval '1 second'
    and ${column} <= ${until}::timestamptz - ${seconds}::float8 * interval '1 second'`;
  const selected = selectedBy(filter, sql`t.name`);
  const columns = sql`t.id, t.tenant, t.owner_id, t.name, t.state, t.description,
    t.progress_description, t.progress_message`;
  const { rows } = await sql<LateRow>`
    select *, extract(epoch from ${until}::timestamptz - since)::float8 as seconds, count(*) over ()::int as total from (
      select ${columns}, t.run_after as since from batchline.task as t
      where t.state = ${sql.lit(TaskState.New)} and not t.is_internal and ${moment(sql`t.run_after`)} and ${selected}
      union all
      select ${columns}, coalesce(t.last_started, t.run_after) from batchline.task as t
      where ${IS_ACTIVE} and not t.is_internal and ${moment(sql`coalesce(t.last_started, t.run_after)`)} and ${selected}
    ) as late order by since, id limit ${limit}`.execute(db);
  return {
    total: rows[0]?.total ?? 0,
    tasks: rows.map((row) => ({
      id: row.id,
      tenant: row.tenant,
      ownerId: row.owner_id,
      name: row.name,
      state: storedStateOf(row.state),
      description: row.description,
      progress: row.progress_description,
      progressMessage: row.progress_message,
      seconds: row.seconds,
    })),
  };
}

interface LateRow {
  readonly id: number;
  readonly tenant: string;
  readonly owner_id: number;
  readonly name: string;
  readonly state: number;
  readonly description: string;
  readonly progress_description: string;
  readonly progress_message: MessageData | null;
  readonly seconds: number;
  readonly total: number;
}

/** A schedule that is overdue. */
export interface OverdueSchedule {
  readonly id: number;
  readonly tenant: string;
  readonly ownerId: number;
  readonly name: string;
  readonly definition: string;
  readonly due: Date;
}

/** Finds schedules that have been due for `seconds` since a moment in a period, and were not fired. */
export async function findOverdueSchedules(
  db: Kysely<Schema>,
  { after, until }: Period,
  seconds: number,
  filter: CheckFilter,
): Promise<OverdueSchedule[]> {
  const { rows } = await sql<OverdueSchedule>`
    select t.id, t.tenant, t.owner_id as "ownerId", t.name, t.definition, t.next_run as due
    from batchline.schedule as t
    where not t.paused and t.next_run > ${after}::timestamptz - ${seconds}::float8 * interval '1 second'
      and t.next_run <= ${until}::timestamptz - ${seconds}::float8 * interval '1 second'
      and ${selectedBy(filter, sql`t.definition`)}
    order by t.id`.execute(db);
  return rows;
}

/** The condition of a filter on rows `t` with a tenant and an owner. */
function selectedBy(filter: CheckFilter, definition: RawBuilder<unknown>): RawBuilder<boolean> {
  const { tenant, ownerIds, names, taskId } = filter;
  const conditions: RawBuilder<unknown>[] = [sql`true`];
  if (tenant !== null) conditions.push(sql`t.tenant = ${tenant}`);
  if (ownerIds !== null) conditions.push(sql`t.owner_id = any (${sql.val([...ownerIds])}::int[])`);
  if (names.length > 0) conditions.push(sql`lower(${definition}) = any (${sql.val([...names])}::text[])`);
  if (taskId !== null) conditions.push(sql`t.id = ${taskId}`);
  return sql<boolean>`${sql.join(conditions, sql` and `)}`;
}

/** Records that a subscription has reported a definition. Returns false if it has since before. */
export async function raiseAlert(db: Kysely<Schema>, subscriptionId: number, name: string): Promise<boolean> {
  const { rows } = await sql`
    insert into batchline.subscription_alert (subscription_id, name) values (${subscriptionId}, ${name})
    on conflict do nothing returning 1`.execute(db);
  return rows.length > 0;
}

/** Ends the alerts of a subscription, except those of `names` and those of the last `minutes`. */
export async function endAlerts(
  db: Kysely<Schema>,
  subscriptionId: number,
  names: readonly string[],
  minutes: number,
): Promise<void> {
  await sql`
    delete from batchline.subscription_alert
    where subscription_id = ${subscriptionId} and name <> all (${sql.val([...names])}::text[])
      and since <= now() - ${minutes}::float8 * interval '1 minute'`.execute(db);
}
