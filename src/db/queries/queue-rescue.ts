import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import { WORKER_OWNER_PREFIX } from '../../core/caller.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { IS_ACTIVE } from './task-row.ts';

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
    update batchline.task as t set lease_until = now() + (t.lease_until - t.updated), updated = now()
    where ${IS_ACTIVE} and t.lease_until is not null and t.state = ${TaskState.Started}
      and ${IS_AHEAD}`.execute(db);
}
