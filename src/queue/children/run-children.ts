import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { ChildCounts, OnFailure } from '../../core/children.ts';
import { message, type Text } from '../../core/message.ts';
import { endAttempts } from '../../db/queries/attempt.ts';
import {
  type Child,
  type LockedParent,
  listChildren,
  lockParent,
  readChildCounts,
} from '../../db/queries/children.ts';
import { beginWait, lockChildCounts } from '../../db/queries/parents.ts';
import type { Schema } from '../../db/schema.ts';
import { afterCommit, inTransaction } from '../../db/transaction.ts';
import { CHILDREN_PAGE, type ChildResult, type ChildrenPort } from '../../sdk/children.ts';
import { RunEnded } from '../../sdk/errors.ts';
import type { Run, RunLog } from '../run.ts';
import type { TaskQueue } from '../task-queue.ts';
import { recordTransitions } from '../transition.ts';
import { siblingHasFailed } from './counters.ts';
import { type ChildrenDeps, prepareChildren, startChildren } from './start.ts';

/** Returns the `ctx.children` implementation of a run in this process. */
export function childrenOfRun(run: Run, deps: ChildrenDeps, runLog: RunLog): ChildrenPort {
  const { database, queue } = deps;
  const { sql } = database;
  const { id: taskId, attempt } = run.task;
  const withParent = <T>(work: (trx: Transaction<Schema>, parent: LockedParent) => Promise<T>): Promise<T> =>
    inTransaction(database, async (trx) => {
      const parent = await lockParent(trx, taskId, attempt);
      if (parent !== undefined && !parent.isStopped) return work(trx, parent);
      const reason = parent === undefined ? 'lost' : 'stopped';
      run.cancel(reason);
      throw new RunEnded(reason);
    });
  return {
    async start(children) {
      const prepared = await prepareChildren(deps, children);
      return withParent((trx, parent) => startChildren(trx, queue, parent, prepared, run.span.trace));
    },
    async wait(onFailure) {
      await runLog.flush();
      const progress = run.takeProgress();
      const last = {
        progressPercent: progress.percent,
        progressDescription: progress.text,
      };
      const { waits, counts } = await withParent((trx, parent) =>
        waitForChildren(trx, queue, parent, onFailure, last),
      );
      if (!waits) return counts;
      run.cancel('waiting');
      throw new RunEnded('waiting');
    },
    summary: () => readChildCounts(sql, taskId),
    async page({ state }, afterId) {
      const { rows } = await listChildren(sql, taskId, state, afterId, CHILDREN_PAGE);
      return rows.map(childResult);
    },
  };
}

/** Converts a child to the form that its parent receives. */
export function childResult({ key, task }: Child): ChildResult {
  const { id, name, state, result, fileName } = task;
  return { id, key, name, state, result, fileName };
}

/** The progress of a run when it begins to wait; null leaves it unchanged. */
export interface FinalProgress {
  readonly progressPercent: number | null;
  readonly progressDescription: Text | null;
}

/** The result of a wait: the counts of the children, and whether the task is suspended. */
export interface WaitResult {
  /** If true, the run no longer owns the task, which runs again when all children have ended. */
  readonly waits: boolean;
  readonly counts: ChildCounts;
}

/**
 * Suspends a locked parent until its children have ended: its lease ends, and the last child to end makes it ready.
 * Changes nothing if all have ended already.
 */
export async function waitForChildren(
  trx: Transaction<Schema>,
  queue: TaskQueue,
  parent: LockedParent,
  onFailure: OnFailure,
  last: FinalProgress,
): Promise<WaitResult> {
  const counts = (await lockChildCounts(trx, parent.taskId)) ?? { total: 0, ended: 0, failed: 0 };
  if (counts.ended >= counts.total) return { waits: false, counts };
  const stop = onFailure === 'stop-others' && counts.failed > 0 ? siblingHasFailed(parent.taskId) : null;
  const reason = message`Waits for ${counts.total - counts.ended} of ${counts.total} children.`;
  await endAttempts(trx, [parent.taskId], 'Waiting', reason, last);
  await beginWait(trx, { taskId: parent.taskId, jobId: randomUUID(), onFailure, stop, ...last });
  const audit = { actorId: 0, nodeId: parent.leaseOwner, attempt: parent.attempt, reason };
  const task = { ...parent, id: parent.taskId };
  await recordTransitions(trx, [{ task, from: 'Started', to: 'Started', audit }]);
  const after = afterCommit(trx);
  after.do(() => queue.meter.waits(parent.name));
  after.publish({ kind: 'children', parentIds: [parent.taskId] });
  // The suspended run no longer counts towards the limits of the definition.
  after.publish({ kind: 'due', names: [parent.name] });
  return { waits: true, counts };
}
