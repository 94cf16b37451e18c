import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { ChildCounts, OnFailure } from '../../core/children.ts';
import { message, type Text } from '../../core/message.ts';
import type { LockedParent } from '../../db/queries/children.ts';
import { beginWait, lockChildCounts } from '../../db/queries/parents.ts';
import type { Schema } from '../../db/schema.ts';
import { afterCommit } from '../../db/transaction.ts';
import type { TaskQueue } from '../task-queue.ts';
import { recordTransitions } from '../transition.ts';
import { siblingHasFailed } from './counters.ts';

/** What a run has to tell when it begins to wait. */
export interface FinalProgress {
  readonly progressPercent: number | null;
  readonly progressDescription: Text | null;
}

/** Whether a task now waits, and how far its children have come. */
export interface WaitResult {
  /** Where it is true, the run has lost the task: it has another run when all children have ended. */
  readonly waits: boolean;
  readonly counts: ChildCounts;
}

/**
 * Lets a locked parent wait for its children: no run holds it any more, and the last end of a child makes it ready.
 * Where all have ended already, nothing changes.
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
  await beginWait(trx, { taskId: parent.taskId, jobId: randomUUID(), onFailure, stop, ...last });
  const audit = {
    actorId: 0,
    nodeId: parent.leaseOwner,
    attempt: parent.attempt,
    reason: message`Waits for ${counts.total - counts.ended} of ${counts.total} children.`,
  };
  const task = { ...parent, id: parent.taskId };
  await recordTransitions(trx, [{ task, from: 'Started', to: 'Started', audit }]);
  const after = afterCommit(trx);
  after.do(() => queue.meter.waits(parent.name));
  after.publish({ kind: 'children', parentIds: [parent.taskId] });
  // A limited definition has capacity again.
  after.publish({ kind: 'due', names: [parent.name] });
  return { waits: true, counts };
}
