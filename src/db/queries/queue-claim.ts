import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import { WORKER_OWNER_PREFIX } from '../../core/access.ts';
import { TaskState } from '../../core/task-state.ts';
import type { ServedTurns } from '../../core/tenant-turns.ts';
import type { Schema } from '../schema.ts';
import { PREPARED, secondsFromNow } from '../sql.ts';
import { type ClaimedRow, type ClaimedTask, startDue, toClaimed } from './queue.ts';
import { IS_ACTIVE, IS_WAITING } from './task.ts';
import { IS_SHARED, SERVED, selectByPriority, selectByTurns, type Turns } from './tenant-turns.ts';
import { hasWaited } from './worker-process.ts';

/** A definition to claim tasks of. */
export interface AskedDefinition {
  readonly name: string;
  /** The version of its control that the process knows (`readControls`); 0 if it knows none. */
  readonly version: number;
  /** False if it is paused or limited: its tasks are not claimed here, only reported. */
  readonly isOpen: boolean;
  readonly leaseSeconds: number;
}

/** The result of a claim over several definitions. */
export interface GroupClaim {
  readonly claimed: readonly ClaimedTask[];
  /** The tenants that were served; `undefined` if none was, or without turns. */
  readonly served: ServedTurns | undefined;
  /** Definitions of which several tenants had available tasks; empty with turns. */
  readonly shared: readonly string[];
  /** Definitions whose control has another version than the process knows. Their tasks are not claimed. */
  readonly stale: readonly string[];
  /** Definitions with parents whose children have all ended; `claimContinuations` claims them. */
  readonly resumable: readonly string[];
  /** Definitions that are not open and have available tasks. */
  readonly restricted: readonly string[];
}

/**
 * Claims and starts available tasks of these definitions: those of the first, then those of the second, and so on; within
 * a definition by priority, then oldest first. Concurrent claims never claim the same task. It is one statement for any
 * number of definitions, which also writes the audit rows and reports what else can be claimed.
 *
 * @param limit maximum number of tasks, of all definitions
 * @param turns claims by turns of the tenants; only for a single definition
 */
export async function claimAvailable(
  db: Kysely<Schema>,
  nodeId: string,
  asked: readonly AskedDefinition[],
  limit: number,
  turns?: Turns,
): Promise<GroupClaim> {
  const due = sql`
    select t.*, a.lease from asked as a
    cross join lateral (${turns === undefined ? selectByPriority(limit) : selectByTurns(turns, limit)}) as t
    where a.is_open and a.is_current
    limit ${limit}`;
  const restricted = asked.every((one) => one.isOpen)
    ? sql`null::text[]`
    : sql`array(
        select a.name from asked as a
        where not a.is_open and a.is_current and (
          select true from batchline.task as t
          where t.name = a.name and t.state = ${sql.lit(TaskState.New)} and t.job_id is null
          limit 1
        )
      )`;
  const { rows } = await sql<
    Readonly<Record<'stale' | 'resumable' | 'restricted', string[] | null>> & {
      readonly served: string | null;
      readonly shared: string[] | null;
    } & ClaimedRow
  >`
    with asked as materialized (
      select a.name, a.lease, a.is_open, a.version = coalesce(c.version, 0) as is_current
        ${turns === undefined ? sql`` : sql`, coalesce(c.limits, c.default_limits) -> 'weights' as weights`}
      from unnest(${asked.map((one) => one.name)}::text[], ${asked.map((one) => one.version)}::int[],
        ${asked.map((one) => one.leaseSeconds)}::float8[], ${asked.map((one) => one.isOpen)}::bool[])
        with ordinality as a (name, version, lease, is_open, turn)
      left join batchline.definition_control as c on c.name = a.name
      order by a.turn
    ),
    ${startDue(due, nodeId)}
    select s.*, c.* from (
      select -- null if empty, because each row has them
        nullif(array(select a.name from asked as a where not a.is_current), '{}') as stale,
        nullif(array(
          select distinct t.name from batchline.task_family as f cross join lateral (
            select t.name from batchline.task as t
            where t.id = f.parent_id and t.job_id = f.job_id and ${IS_WAITING}
            offset 0
          ) as t
          where f.ready_since is not null and t.name = any (${asked.map((one) => one.name)}::text[])
        ), '{}') as resumable,
        nullif(${restricted}, '{}') as restricted,
        ${turns === undefined ? sql`null` : SERVED} as served,
        ${turns === undefined ? sql`nullif(array(select a.name from asked as a where ${IS_SHARED}), '{}')` : sql`null::text[]`} as shared
    ) as s left join claimed as c on true ${PREPARED}`.execute(db);
  const [first] = rows;
  return {
    claimed: rows.filter((row) => row.id !== null).map(toClaimed),
    served: first?.served ? (JSON.parse(first.served) as ServedTurns) : undefined,
    shared: first?.shared ?? [],
    stale: first?.stale ?? [],
    resumable: first?.resumable ?? [],
    restricted: first?.restricted ?? [],
  };
}

/** Result of one promotion. */
export interface Promotion {
  /** The definition of each promoted task; a name appears once for each of its tasks. */
  readonly names: readonly string[];
  /** Seconds until the next task is due, by the database's clock; null if no task is delayed. */
  readonly nextInSeconds: number | null;
  /** Definitions of live workers that have tasks which have waited for a claim for long. Empty if `waiting` is null. */
  readonly waiting: readonly string[];
}

/**
 * Promotes due tasks: makes those available that are New, due, and not available yet (`job_id` is set). Skips tasks that
 * another process is promoting.
 *
 * @param limit maximum number of tasks
 * @param waiting also lists the definitions of workers that are at most this old, with tasks that have waited this long;
 *   null lists none
 */
export async function promoteDue(
  db: Kysely<Schema>,
  limit: number,
  waiting: { readonly aliveSeconds: number; readonly waitedSeconds: number } | null = null,
): Promise<Promotion> {
  const listed =
    waiting === null
      ? sql`'{}'::text[]`
      : sql`array(
          select d.name from (
            select distinct unnest(w.names) as name from batchline.worker_process as w
            where w.seen >= now() - ${waiting.aliveSeconds}::float8 * interval '1 second'
          ) as d
          where ${hasWaited(waiting.waitedSeconds)}
        )`;
  const { rows } = await sql<{ names: string[]; next: number | null; waiting: string[] }>`
    with due as (
      select t.id from batchline.task as t
      where t.state = ${sql.lit(TaskState.New)} and t.job_id is not null and t.run_after <= now()
      order by t.run_after limit ${limit}
      for update of t skip locked
    ),
    promoted as (
      update batchline.task as t set job_id = null from due as d
      where t.id = d.id and t.state = ${sql.lit(TaskState.New)}
      returning t.name
    )
    select (select coalesce(json_agg(p.name), '[]') from promoted as p) as names,
      (select extract(epoch from min(t.run_after) - now()) from batchline.task as t
        where t.state = ${sql.lit(TaskState.New)} and t.job_id is not null and t.run_after > now())::float8 as next,
      ${listed} as waiting`.execute(db);
  const [row] = rows;
  return { names: row?.names ?? [], nextInSeconds: row?.next ?? null, waiting: row?.waiting ?? [] };
}

/** A run whose lease has expired. */
export interface LostRun {
  readonly taskId: number;
  readonly tenant: string;
  readonly name: string;
  readonly isInternal: boolean;
  readonly attempt: number;
  readonly failures: number;
  readonly losses: number;
  readonly leaseOwner: string;
  /** The stop request as text, with its caller and time; null if there was none. */
  readonly stopNote: string | null;
}

/**
 * Locks lost runs: their lease has expired, or they belong to an earlier process of an embedded database. Runs of remote
 * workers survive a restart of the server, so only their lease counts. Skips runs that another process is rescuing.
 *
 * @param soleOwner this process if no other can use the database; `undefined` otherwise
 */
export async function lockLostRuns(
  trx: Transaction<Schema>,
  soleOwner: string | undefined,
  limit: number,
): Promise<LostRun[]> {
  const { rows } = await sql<{
    id: number;
    tenant: string;
    name: string;
    is_internal: boolean;
    attempt: number;
    failures: number;
    losses: number;
    lease_owner: string;
    stop_note: string | null;
  }>`
    select t.id, t.tenant, t.name, t.is_internal, t.attempt, t.failures, t.losses, t.lease_owner, t.stop_note
    from batchline.task as t
    where ${IS_ACTIVE} and t.lease_until is not null and t.state = ${TaskState.Started} and ${isLost(soleOwner)}
    order by t.lease_until
    limit ${limit}
    for update of t skip locked`.execute(trx);
  return rows.map((row) => ({
    taskId: row.id,
    tenant: row.tenant,
    name: row.name,
    isInternal: row.is_internal,
    attempt: row.attempt,
    failures: row.failures,
    losses: row.losses,
    leaseOwner: row.lease_owner,
    stopNote: row.stop_note,
  }));
}

function isLost(soleOwner: string | undefined): RawBuilder<boolean> {
  return soleOwner === undefined
    ? sql`t.lease_until < now()`
    : sql`(t.lease_until < now() or (t.lease_owner <> ${soleOwner} and left(t.lease_owner, ${WORKER_OWNER_PREFIX.length}::int) <> ${WORKER_OWNER_PREFIX}::text))`;
}

/** The database's clock has gone back since the task was touched. */
const IS_AHEAD = sql`t.updated > now() + interval '10 seconds'`;

/** True if `lockLostRuns` or `repairLeases` would find something. Locks nothing. */
export async function isRescueDue(db: Kysely<Schema>, soleOwner: string | undefined): Promise<boolean> {
  const { rows } = await sql`
    select 1 from batchline.task as t
    where ${IS_ACTIVE} and t.lease_until is not null and t.state = ${TaskState.Started}
      and (${isLost(soleOwner)} or ${IS_AHEAD})
    limit 1`.execute(db);
  return rows.length > 0;
}

/**
 * Repairs leases after the clock of the database jumped backwards: tasks that were updated in the future get the remaining
 * time of their lease from now. Otherwise a lost run would be rescued too late.
 */
export async function repairLeases(db: Kysely<Schema>): Promise<void> {
  await sql`
    update batchline.task as t set lease_until = ${secondsFromNow(sql`extract(epoch from t.lease_until - t.updated)::float8`)}, updated = now()
    where ${IS_ACTIVE} and t.lease_until is not null and t.state = ${TaskState.Started}
      and ${IS_AHEAD}`.execute(db);
}
