import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import { OperatorError } from '../../core/errors.ts';
import { retry } from '../../core/retry.ts';
import { TaskState } from '../../core/task-state.ts';
import { FENCED } from '../errors.ts';
import type { Schema } from '../schema.ts';
import { inQuietTransaction } from '../transaction.ts';
import { settledPosition } from './event.ts';
import { IS_ACTIVE } from './task.ts';

/** Returns true if a statement failed because the tenant moves, or has moved to another cell. */
export function isFenced(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === FENCED;
}

/** Tables whose rows of a tenant must not change while it moves, by the column that identifies the tenant. */
const FENCED_TABLES = {
  task: 'tenant',
  binary_object: 'tenant',
  task_audit: 'tenant',
  schedule: 'tenant',
  webhook: 'tenant',
  subscription: 'tenant',
  associate: 'tenant',
  upload: 'tenant',
  import_table: 'tenant',
  // Changes of accounts and their links and tokens are recorded in the same transaction.
  administration_audit: 'tenant',
} as const;

/** Tables of these that take no new rows of a tenant after it has moved away, so that a stale server can't lose any. */
const CLOSED_TABLES = ['task', 'schedule', 'webhook', 'subscription', 'associate', 'upload'] as const;

const LOCK_MS = 500;
const LOCK_RETRIES = { firstMs: 200, maxMs: 1000, jitter: 0.5, attempts: 100 };

/** True inside a transaction of the move itself. */
const IS_MOVER = sql`current_setting('batchline_mover.passes', true) is not distinct from 'on'`;

/** The time by which due times are shifted while a tenant moves, so that no process finds anything of it due. */
const PARKED = sql`interval '365000 days'`;
const IS_PARKED_AFTER = sql`now() + interval '180000 days'`;

/**
 * Makes everything of a tenant that is due, or will be, invisible to the processes of a cell: tasks, parents that can
 * continue, schedules and deliveries. It can be repeated, for those that come up meanwhile.
 */
export function parkTenant(db: Kysely<Schema>, tenant: string): Promise<void> {
  return asMover(db, (trx) => park(trx, tenant));
}

/** The same in a transaction of the caller. */
export async function park(trx: Transaction<Schema>, tenant: string): Promise<void> {
  await sql`
      update batchline.task as t
      set run_after = run_after + ${PARKED}, job_id = coalesce(job_id, gen_random_uuid())
      where t.tenant = ${tenant} and t.state = ${TaskState.New} and t.run_after < ${IS_PARKED_AFTER}`.execute(
    trx,
  );
  await sql`
      update batchline.task_family as f set job_id = null from batchline.task as t
      where t.id = f.parent_id and t.tenant = ${tenant} and f.job_id = t.job_id and f.ready_since is not null
        and t.state = ${TaskState.Started} and t.lease_owner is null`.execute(trx);
  await sql`
      update batchline.schedule set next_run = next_run + ${PARKED}
      where tenant = ${tenant} and next_run < ${IS_PARKED_AFTER}`.execute(trx);
  await sql`
      update batchline.webhook_delivery as d set next_try = next_try + ${PARKED}
      where d.state = 'Waiting' and d.next_try < ${IS_PARKED_AFTER} and ${isDeliveryOf(tenant)}`.execute(trx);
}

/** Reverses `parkTenant`. The stager makes due tasks available. It can be repeated. */
export function unparkTenant(db: Kysely<Schema>, tenant: string): Promise<void> {
  return asMover(db, async (trx) => {
    await sql`
      update batchline.task set run_after = run_after - ${PARKED}
      where tenant = ${tenant} and state = ${TaskState.New} and run_after > ${IS_PARKED_AFTER}`.execute(trx);
    await sql`
      update batchline.task_family as f set job_id = t.job_id from batchline.task as t
      where t.id = f.parent_id and t.tenant = ${tenant} and f.job_id is null and f.ready_since is not null
        and t.job_id is not null and t.state = ${TaskState.Started} and t.lease_owner is null`.execute(trx);
    await sql`
      update batchline.schedule set next_run = next_run - ${PARKED}
      where tenant = ${tenant} and next_run > ${IS_PARKED_AFTER}`.execute(trx);
    await sql`
      update batchline.webhook_delivery as d set next_try = next_try - ${PARKED}
      where d.state = 'Waiting' and d.next_try > ${IS_PARKED_AFTER} and ${isDeliveryOf(tenant)}`.execute(trx);
  });
}

function isDeliveryOf(tenant: string): RawBuilder<unknown> {
  return sql`(d.webhook_id in (select id from batchline.webhook where tenant = ${tenant})
    or d.subscription_id in (select id from batchline.subscription where tenant = ${tenant}))`;
}

/** A run in progress. */
export interface ActiveRun {
  readonly taskId: number;
  readonly name: string;
  readonly attempt: number;
  readonly leaseOwner: string;
  readonly failures: number;
  readonly losses: number;
}

/** Lists the runs of a tenant that are in progress. */
export async function listActiveRuns(db: Kysely<Schema>, tenant: string): Promise<ActiveRun[]> {
  const { rows } = await sql<ActiveRun>`
    select t.id as "taskId", t.name, t.attempt, t.lease_owner as "leaseOwner", t.failures, t.losses
    from batchline.task as t
    where ${IS_ACTIVE} and t.tenant = ${tenant} and t.lease_owner is not null order by t.id`.execute(db);
  return rows;
}

/** Runs `work` in a transaction that the fence lets pass. */
export function asMover<T>(db: Kysely<Schema>, work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
  return inQuietTransaction(db, async (trx) => {
    await sql`select set_config('batchline_mover.passes', 'on', true)`.execute(trx);
    return work(trx);
  });
}

/**
 * Refuses every write to rows of a tenant in a cell from now on, by any process. Waits for transactions that write them.
 *
 * @returns false if runs are in progress; then nothing has changed
 */
export async function fenceTenant(db: Kysely<Schema>, tenant: string): Promise<boolean> {
  return withFence(db, async (trx) => {
    await sql`
      insert into batchline.tenant_fence (tenant, is_moving) values (${tenant}, true)
      on conflict (tenant) do update set is_moving = true`.execute(trx);
    await createFence(trx);
    // The triggers have locked the tables, so no other process changes them until the commit.
    await park(trx, tenant);
    return (await listActiveRuns(trx, tenant)).length === 0;
  });
}

/** Refuses only new rows of a tenant that has moved away. */
export async function closeTenant(db: Kysely<Schema>, tenant: string): Promise<void> {
  await withFence(db, async (trx) => {
    await sql`update batchline.tenant_fence set is_moving = false where tenant = ${tenant}`.execute(trx);
    await createFence(trx);
    return true;
  });
}

/** Accepts writes of a tenant again. */
export async function openTenant(db: Kysely<Schema>, tenant: string): Promise<void> {
  await withFence(db, async (trx) => {
    const { rows } =
      await sql`delete from batchline.tenant_fence where tenant = ${tenant} returning 1`.execute(trx);
    if (rows.length > 0) await createFence(trx);
    return true;
  });
}

class Undone extends Error {}

/** Changes the fence in a transaction with a short lock timeout, and retries. Rolls back if `work` returns false. */
async function withFence(
  db: Kysely<Schema>,
  work: (trx: Transaction<Schema>) => Promise<boolean>,
): Promise<boolean> {
  const once = () =>
    asMover(db, async (trx) => {
      await sql`set local lock_timeout = ${sql.lit(LOCK_MS)}`.execute(trx);
      if (!(await work(trx))) throw new Undone();
    });
  try {
    await retry(once, {
      ...LOCK_RETRIES,
      isRetryable: (error) => (error as { code?: unknown }).code === '55P03',
    });
    return true;
  } catch (error) {
    if (error instanceof Undone) return false;
    if ((error as { code?: unknown }).code !== '55P03') throw error;
    throw new OperatorError(
      'CELL_REFUSED',
      'The tables of the tenant could not be locked, because long transactions hold locks on them; end those transactions and try again.',
      error,
    );
  }
}

/**
 * Replaces the triggers that refuse writes. They cost nothing without tenants that move or have moved; otherwise a
 * comparison for each row, because the condition is part of the trigger and names the tenants.
 */
async function createFence(trx: Transaction<Schema>): Promise<void> {
  await sql`create or replace function batchline.refuse_fenced() returns trigger language plpgsql as ${sql.lit(
    `begin raise exception 'the tenant is moving or has moved' using errcode = '${FENCED}'; end`,
  )}`.execute(trx);
  const { rows } = await sql<{ tenant: string; is_moving: boolean }>`
    select tenant, is_moving from batchline.tenant_fence order by tenant`.execute(trx);
  const moving = rows.filter((row) => row.is_moving).map((row) => row.tenant);
  const all = rows.map((row) => row.tenant);
  for (const [table, column] of Object.entries(FENCED_TABLES)) {
    const isClosed = (CLOSED_TABLES as readonly string[]).includes(table);
    await createTrigger(trx, table, column, 'insert', isClosed ? all : moving);
    await createTrigger(trx, table, column, 'update', moving);
    await createTrigger(trx, table, column, 'delete', moving);
  }
}

async function createTrigger(
  trx: Transaction<Schema>,
  table: string,
  column: string,
  event: 'insert' | 'update' | 'delete',
  tenants: readonly string[],
): Promise<void> {
  const name = sql.id(`tenant_fence_${event}`);
  const on = sql.id('batchline', table);
  await sql`drop trigger if exists ${name} on ${on}`.execute(trx);
  if (tenants.length === 0) return;
  const row = sql.ref(`${event === 'insert' ? 'new' : 'old'}.${column}`);
  const list = sql.join(tenants.map((tenant) => sql.lit(tenant)));
  await sql`create trigger ${name} before ${sql.raw(event)} on ${on} for each row
    when (${row} in (${list}) and not (${IS_MOVER})) execute function batchline.refuse_fenced()`.execute(trx);
}

/** True if the cell has webhooks or subscriptions. Their cursors don't advance otherwise. */
const HAS_RECIPIENTS = sql`exists (
  select 1 from batchline.webhook where active union all select 1 from batchline.subscription where active)`;

/**
 * Makes the ids of events that this cell assigns from now on greater than those of another cell, and passes over the
 * events of the other cell that are about to be copied: they have been delivered there.
 *
 * @param last the last id of the other cell
 * @returns false if events of this cell must be delivered first
 */
export async function advanceEvents(db: Kysely<Schema>, last: number): Promise<boolean> {
  await sql`
    select setval('batchline.task_audit_id_seq'::regclass, s.last + (${last}::bigint - s.last + 63) / 64 * 64)
    from (select last_value as last from batchline.task_audit_id_seq) as s where s.last < ${last}::bigint`.execute(
    db,
  );
  // Smaller ids that are drawn already become visible before it returns.
  await settledPosition(db);
  return inQuietTransaction(db, async (trx) => {
    const { rows } = await sql<{ position: string }>`
      select position from batchline.webhook_cursor order by id for update`.execute(trx);
    const position = Math.min(...rows.map((row) => Number(row.position)));
    if (rows.length === 0 || position >= last) return true;
    const { rows: behind } = await sql`
      select 1 where exists (select 1 from batchline.task_audit as a where a.id > ${position} and a.id <= ${last})
        and ${HAS_RECIPIENTS}`.execute(trx);
    if (behind.length > 0) return false;
    await sql`update batchline.webhook_cursor set position = ${last} where position < ${last}`.execute(trx);
    return true;
  });
}

/** Returns whether deliveries exist for all events of a tenant, or nothing in its cell receives events. */
export async function hasDelivered(db: Kysely<Schema>, tenant: string): Promise<boolean> {
  const { rows } = await sql<{ done: boolean }>`
    select not ${HAS_RECIPIENTS}
      or coalesce((select max(a.id) from batchline.task_audit as a where a.tenant = ${tenant}), 0)
        <= (select min(position) from batchline.webhook_cursor) as done`.execute(db);
  return rows[0]?.done ?? true;
}

/**
 * Makes the statistics of a cell pass over the events of another one that are about to be copied: they have been counted there.
 * Call it after `advanceEvents`.
 *
 * @param last the last id of the other cell
 * @returns false if events of this cell must be counted first
 */
export function advanceCounted(db: Kysely<Schema>, last: number): Promise<boolean> {
  return inQuietTransaction(db, async (trx) => {
    await sql`
      insert into batchline.statistics_cursor (id, low, high)
      select 1, 0, 0 where not exists (select 1 from batchline.task_audit) on conflict do nothing`.execute(
      trx,
    );
    // Old events of an upgraded cell are counted backwards from `low`, so that no copied one may be among them.
    const { rows } = await sql`
      update batchline.statistics_cursor as c set high = greatest(high, ${last}::bigint)
      where c.low <= 0
        and not exists (select 1 from batchline.task_audit as a where a.id > c.high and a.id <= ${last}::bigint)
      returning 1`.execute(trx);
    return rows.length > 0;
  });
}

/** Returns whether the statistics of a cell include all events of a tenant. */
export async function hasCounted(db: Kysely<Schema>, tenant: string): Promise<boolean> {
  const { rows } = await sql<{ done: boolean }>`
    select c.low <= 0 and coalesce((select max(a.id) from batchline.task_audit as a where a.tenant = ${tenant}), 0) <= c.high
      as done
    from batchline.statistics_cursor as c`.execute(db);
  return rows[0]?.done ?? false;
}

/** Returns the last id of an event that a cell has assigned. */
export async function lastAssignedEvent(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ last: string }>`
    select last_value as last from batchline.task_audit_id_seq`.execute(db);
  return Number(rows[0]?.last ?? 0);
}

/** Returns whether a cell has tasks or accounts of a tenant. */
export async function hasTenant(db: Kysely<Schema>, tenant: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select 1 from batchline.task where tenant = ${tenant})
      or exists (select 1 from batchline.associate where tenant = ${tenant}) as found`.execute(db);
  return rows[0]?.found ?? false;
}

/** The keys of the stored files of a tenant. */
export async function listTenantFiles(db: Kysely<Schema>, tenant: string): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select f.key from batchline.result_file as f join batchline.task as t on t.id = f.task_id where t.tenant = ${tenant}
    union all select 'uploads/' || u.id from batchline.upload as u where u.tenant = ${tenant}`.execute(db);
  return rows.map(({ key }) => key);
}
