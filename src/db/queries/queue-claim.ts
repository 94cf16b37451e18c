import { type Kysely, sql } from 'kysely';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { type ClaimedRow, type ClaimedTask, startDue, toClaimed } from './queue.ts';

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
 * The subquery of a definition locks a row only when the outer limit needs it, so no row is locked in vain.
 *
 * @param limit maximum number of tasks, of all definitions
 */
export async function claimAvailable(
  db: Kysely<Schema>,
  nodeId: string,
  asked: readonly AskedDefinition[],
  limit: number,
): Promise<GroupClaim> {
  const due = sql`
    select t.id, t.job_id, a.lease from asked as a cross join lateral (
      select t.id, t.job_id from batchline.task as t
      where t.name = a.name and t.state = ${sql.lit(TaskState.New)} and t.job_id is null
      order by t.priority desc, t.id
      limit ${limit}
      for update of t skip locked
    ) as t
    where a.is_open and a.is_current
    limit ${limit}`;
  const { rows } = await sql<
    { readonly stale: string[]; readonly resumable: string[]; readonly restricted: string[] } & ClaimedRow
  >`
    with asked as materialized (
      select a.name, a.lease, a.is_open, a.version = coalesce(c.version, 0) as is_current
      from unnest(${asked.map((one) => one.name)}::text[], ${asked.map((one) => one.version)}::int[],
        ${asked.map((one) => one.leaseSeconds)}::float8[], ${asked.map((one) => one.isOpen)}::bool[])
        with ordinality as a (name, version, lease, is_open, turn)
      left join batchline.definition_control as c on c.name = a.name
      order by a.turn
    ),
    ${startDue(due, nodeId)}
    select s.*, c.* from (
      select
        array(select a.name from asked as a where not a.is_current) as stale,
        array(
          select distinct t.name from batchline.task_family as f
          join batchline.task as t on t.id = f.parent_id and t.job_id = f.job_id
          where exists (select 1 from batchline.task_family as o where o.ready_since is not null)
            and f.ready_since is not null and t.state = ${sql.lit(TaskState.Started)} and t.lease_owner is null
            and t.name in (select a.name from asked as a)
        ) as resumable,
        array(
          select a.name from asked as a
          where not a.is_open and a.is_current and exists (
            select 1 from batchline.task as t
            where t.name = a.name and t.state = ${sql.lit(TaskState.New)} and t.job_id is null
          )
        ) as restricted
    ) as s left join claimed as c on true`.execute(db);
  const [first] = rows;
  return {
    claimed: rows.filter((row) => row.id !== null).map(toClaimed),
    stale: first?.stale ?? [],
    resumable: first?.resumable ?? [],
    restricted: first?.restricted ?? [],
  };
}
