import type { Transaction } from 'kysely';
import { type Caller, worksOn } from '../core/caller.ts';
import { conflict, invalid, notFound } from '../core/errors.ts';
import { INT32_MAX } from '../core/limits.ts';
import { workerOwner } from '../core/worker.ts';
import { type LeasedTask, lockTask } from '../db/queries/task.ts';
import type { Schema } from '../db/schema.ts';
import { inTransaction } from '../db/transaction.ts';
import type { TaskDeps } from './context.ts';

/** What a worker outside the server holds a task by: the task, and the attempt that fences its writes. */
export interface Lease {
  readonly taskId: number;
  readonly attempt: number;
}

/** A lease as workers see it: `<task>.<attempt>`. They hand it back as it is. */
export function writeLease({ taskId, attempt }: Lease): string {
  return `${taskId}.${attempt}`;
}

/** @throws RequestError (invalid) where the text is no lease */
export function readLease(text: string): Lease {
  const [, taskId, attempt] = /^(\d{1,10})\.(\d{1,10})$/.exec(text) ?? [];
  const lease = { taskId: Number(taskId), attempt: Number(attempt) };
  if (!(lease.taskId <= INT32_MAX && lease.attempt <= INT32_MAX))
    throw invalid`"${text.slice(0, 40)}" is no lease; one that Acquire has answered is accepted.`;
  return lease;
}

/**
 * Does something with a task that the caller's worker holds. The row is locked while it works, so that nobody
 * takes the task meanwhile: what is written is written by the holder, or not at all.
 *
 * @throws RequestError (conflict) where the lease is over, (missing) where the caller may not run such a task
 */
export async function withLease<T>(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  work: (trx: Transaction<Schema>, held: LeasedTask) => Promise<T>,
): Promise<T> {
  return inTransaction(parts.database, async (trx) => {
    const held = await lockTask(trx, lease.taskId);
    return work(trx, checkHolder(caller, lease, held));
  });
}

function checkHolder(caller: Caller, lease: Lease, held: LeasedTask | undefined): LeasedTask {
  const name = writeLease(lease);
  const task = held?.task;
  const tenantFits = caller.tenant === null || caller.tenant === task?.tenant;
  if (held === undefined || task === undefined || !tenantFits || !worksOn(caller, task.name))
    throw notFound`There is no lease ${name}.`.withCode('lease_not_found');
  const holds =
    task.state === 'Started' &&
    task.attempt === lease.attempt &&
    held.leaseOwner?.startsWith(workerOwner(caller)) === true;
  if (!holds)
    throw conflict`The lease ${name} is over: the worker no longer holds batch task ${task.id}.`.withCode(
      'lease_over',
    );
  return held;
}
