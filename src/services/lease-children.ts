import type { Transaction } from 'kysely';
import type { Caller } from '../core/access.ts';
import type { ChildCounts, OnFailure } from '../core/children.ts';
import { invalid } from '../core/errors.ts';
import type { StoredState } from '../core/task-state.ts';
import type { TraceContext } from '../core/tracing.ts';
import { type LockedParent, listChildren, lockParent, readChildCounts } from '../db/queries/children.ts';
import type { Schema } from '../db/schema.ts';
import { childResult, type WaitResult, waitForChildren } from '../queue/children/run-children.ts';
import { prepareChildren, startChildren } from '../queue/children/start.ts';
import type { ChildResult, KeyedChild } from '../sdk/children.ts';
import type { TaskDeps } from './access.ts';
import { checkWorker } from './lease-acquire.ts';
import { checkedProgressText, type LastProgress, type Lease, withLease } from './leases.ts';

/**
 * Starts children of a task that a worker has leased. Children belong to the owner of the task, so a worker's token can
 * start only definitions that it may run.
 *
 * @param trace trace context of the worker's run
 * @returns the ids, in the order of the children
 * @throws RequestError (conflict) if the lease is no longer valid, (forbidden) if the token does not include a definition,
 *   (invalid) if a child is invalid, a limit is reached, or the task is being stopped
 */
export async function startLeaseChildren(
  deps: TaskDeps,
  caller: Caller,
  lease: Lease,
  children: readonly KeyedChild[],
  trace: TraceContext | null,
): Promise<number[]> {
  for (const { name } of children) checkWorker(caller, name);
  const prepared = await prepareChildren(deps, children);
  return withLease(deps, caller, lease, async (trx) =>
    startChildren(trx, deps.queue, await lockLeasedParent(trx, lease), prepared, trace),
  );
}

/**
 * Suspends a task until its children have ended. If some have not, this ends the lease, and the task runs again when the
 * last one has ended.
 *
 * @throws RequestError (conflict) if the lease is no longer valid, (invalid) if the task is being stopped or the text is
 *   too long
 */
export async function waitWithLease(
  deps: TaskDeps,
  caller: Caller,
  lease: Lease,
  onFailure: OnFailure,
  progress: LastProgress,
): Promise<WaitResult> {
  const progressText = checkedProgressText(progress.text, deps.textLimits);
  const last = {
    progressPercent: progress.percent === undefined ? null : Math.trunc(progress.percent),
    progressDescription: progressText ?? null,
  };
  return withLease(deps, caller, lease, async (trx) =>
    waitForChildren(trx, deps.queue, await lockLeasedParent(trx, lease), onFailure, last),
  );
}

/** Returns a page of the children of a leased task, and the counts of all. @throws RequestError (conflict) */
export async function listLeaseChildren(
  deps: TaskDeps,
  caller: Caller,
  lease: Lease,
  page: { readonly state: StoredState | undefined; readonly afterId: number; readonly limit: number },
): Promise<{ readonly counts: ChildCounts; readonly children: ChildResult[] }> {
  return withLease(deps, caller, lease, async (trx) => ({
    counts: await readChildCounts(trx, lease.taskId),
    children: (await listChildren(trx, lease.taskId, page.state, page.afterId, page.limit)).rows.map(
      childResult,
    ),
  }));
}

async function lockLeasedParent(trx: Transaction<Schema>, { taskId, attempt }: Lease): Promise<LockedParent> {
  const parent = await lockParent(trx, taskId, attempt);
  if (parent === undefined) throw new Error(`Task ${taskId} lost its lease although it is locked.`);
  if (parent.isStopped)
    throw invalid`Batch task ${taskId} is being stopped; it can't start children or wait for them.`;
  return parent;
}
