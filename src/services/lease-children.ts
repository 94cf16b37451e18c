import type { Transaction } from 'kysely';
import type { Caller } from '../core/caller.ts';
import type { ChildCounts, OnFailure } from '../core/children.ts';
import { invalid } from '../core/errors.ts';
import type { StoredState } from '../core/task-state.ts';
import type { TraceContext } from '../core/trace-context.ts';
import { type LockedParent, listChildren, lockParent, readChildCounts } from '../db/queries/children.ts';
import type { Schema } from '../db/schema.ts';
import { childResult } from '../queue/children/run-children.ts';
import { prepareChildren, startChildren } from '../queue/children/start.ts';
import { type WaitResult, waitForChildren } from '../queue/children/wait.ts';
import type { ChildResult, KeyedChild } from '../sdk/children.ts';
import type { TaskDeps } from './context.ts';
import { checkWorker } from './lease-acquire.ts';
import { checkedProgressText, type LastProgress, type Lease, withLease } from './leases.ts';

/**
 * Starts children of a task that a worker holds. They are tasks of its owner, so a worker's token starts only what it
 * may run itself.
 *
 * @param trace where the worker's run stands in a distributed trace, as it has sent it
 * @returns their ids, in the same order
 * @throws RequestError (conflict) where the lease is over, (forbidden) where the token names no such definition, (invalid)
 *   where a child is wrong, a limit is reached, or the task is being stopped
 */
export async function startLeaseChildren(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  children: readonly KeyedChild[],
  trace: TraceContext | null,
): Promise<number[]> {
  for (const { name } of children) checkWorker(caller, name);
  const prepared = await prepareChildren(parts, children);
  return withLease(parts, caller, lease, async (trx) =>
    startChildren(trx, parts.queue, await heldBy(trx, lease), prepared, trace),
  );
}

/**
 * Lets a task wait for its children: where some have not ended, the lease is over, and the task has another run when the
 * last has.
 *
 * @throws RequestError (conflict) where the lease is over, (invalid) where the task is being stopped or the text can't be kept
 */
export async function waitWithLease(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  onFailure: OnFailure,
  progress: LastProgress,
): Promise<WaitResult> {
  const progressText = checkedProgressText(progress.text, parts.textLimits);
  const last = {
    progressPercent: progress.percent === undefined ? null : Math.trunc(progress.percent),
    progressDescription: progressText ?? null,
  };
  return withLease(parts, caller, lease, async (trx) =>
    waitForChildren(trx, parts.queue, await heldBy(trx, lease), onFailure, last),
  );
}

/** A page of the children of a task that a worker holds, and how far all have come. */
export async function listLeaseChildren(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  page: { readonly state: StoredState | undefined; readonly afterId: number; readonly limit: number },
): Promise<{ readonly counts: ChildCounts; readonly children: ChildResult[] }> {
  return withLease(parts, caller, lease, async (trx) => ({
    counts: await readChildCounts(trx, lease.taskId),
    children: (await listChildren(trx, lease.taskId, page.state, page.afterId, page.limit)).rows.map(
      childResult,
    ),
  }));
}

async function heldBy(trx: Transaction<Schema>, { taskId, attempt }: Lease): Promise<LockedParent> {
  const parent = await lockParent(trx, taskId, attempt);
  if (parent === undefined) throw new Error(`Task ${taskId} is no longer held although it was locked.`);
  if (parent.isStopped)
    throw invalid`Batch task ${taskId} is being stopped: it neither starts children nor waits for them.`;
  return parent;
}
