import { type Kysely, sql, type Transaction } from 'kysely';
import { WORKER_OWNER_PREFIX } from '../../core/caller.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { IS_ACTIVE } from './task-row.ts';

/** A run whose process has given no sign of life for as long as its lease. */
export interface LostRun {
  readonly taskId: number;
  readonly tenant: string;
  readonly name: string;
  readonly isInternal: boolean;
  readonly attempt: number;
  readonly failures: number;
  readonly losses: number;
  readonly leaseOwner: string;
  /** Who had asked to stop it and when, in words. */
  readonly stopNote: string | null;
}

/**
 * Locks runs that are lost: their leases are over, or, where this process alone can use the database, they
 * belong to an earlier one. Workers outside the server outlive it, so only their leases count. Runs that another process is just bringing back are passed over.
 *
 * @param soleOwner the only process that can hold a lease, or `undefined` where there may be others
 */
export async function lockLostRuns(
  trx: Transaction<Schema>,
  soleOwner: string | undefined,
  limit: number,
): Promise<LostRun[]> {
  const lost =
    soleOwner === undefined
      ? sql`t.lease_until < now()`
      : sql`(t.lease_until < now() or (t.lease_owner <> ${soleOwner} and left(t.lease_owner, ${WORKER_OWNER_PREFIX.length}::int) <> ${WORKER_OWNER_PREFIX}::text))`;
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
    where ${IS_ACTIVE} and t.lease_until is not null and t.state = ${TaskState.Started} and ${lost}
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

/**
 * Sets back leases of tasks that were last touched in what is now the future: the database's clock has gone back, and
 * a lost run would be missed for as long. Each lease keeps what it had left when the task was touched.
 */
export async function repairLeases(db: Kysely<Schema>): Promise<void> {
  await sql`
    update batchline.task as t set lease_until = now() + (t.lease_until - t.updated), updated = now()
    where ${IS_ACTIVE} and t.lease_until is not null and t.state = ${TaskState.Started}
      and t.updated > now() + interval '10 seconds'`.execute(db);
}
