import type { Transaction } from 'kysely';
import { childCountsChange } from '../../core/children.ts';
import { type Message, message } from '../../core/message.ts';
import type { StoredState } from '../../core/task-state.ts';
import {
  type ChildChange,
  type LockedCounts,
  lockAllChildCounts,
  markReady,
  markStopping,
  updateCounters,
} from '../../db/queries/parents.ts';
import type { Schema } from '../../db/schema.ts';
import { afterCommit } from '../../db/transaction.ts';

/** A transition of a task that has a parent. */
export interface ChildTransition {
  readonly childId: number;
  readonly parentId: number;
  readonly from: StoredState;
  /** `null` if it is deleted. */
  readonly to: StoredState | null;
}

/** Returns the reason for stopping the other children after one has failed. */
export function siblingHasFailed(parentId: number): Message {
  return message`Stopped: another child of batch task ${parentId} has failed.`;
}

/**
 * Updates the counters of parents in the transaction that changes their children, and marks parents as ready if the last
 * child has ended. Call it before deleting the rows of children. Publishes the parents, and the definitions of those
 * that are ready.
 */
export async function recordChildTransitions(
  trx: Transaction<Schema>,
  transitions: readonly ChildTransition[],
): Promise<void> {
  if (transitions.length === 0) return;
  const after = afterCommit(trx);
  after.publish({ kind: 'children', parentIds: transitions.map((transition) => transition.parentId) });
  const changes = transitions
    .map(
      ({ childId, parentId, from, to }): ChildChange => ({
        childId,
        parentId,
        ...childCountsChange(from, to),
      }),
    )
    .filter((change) => change.ended !== 0 || change.failed !== 0);
  if (changes.length === 0) return;
  const byParent = Map.groupBy(changes, (change) => change.parentId);
  const parents = await lockAllChildCounts(trx, [...byParent.keys()]);
  if (parents.length === 0) return; // the parents were deleted
  await updateCounters(trx, changes);
  const changed = parents.map((parent) => afterChanges(parent, byParent.get(parent.parentId) ?? []));
  const ready = changed.filter((parent) => parent.awaitedJobId !== null && parent.ended >= parent.total);
  if (ready.length > 0) {
    await markReady(
      trx,
      ready.map((parent) => parent.parentId),
    );
  }
  await markStopping(
    trx,
    changed.filter(stopsOthers).map(({ parentId }) => ({ parentId, reason: siblingHasFailed(parentId) })),
  );
  after.publish({ kind: 'due', names: ready.map((parent) => parent.name) });
}

function afterChanges(parent: LockedCounts, changes: readonly ChildChange[]): LockedCounts {
  const sum = (key: 'ended' | 'failed'): number => changes.reduce((all, change) => all + change[key], 0);
  return { ...parent, ended: parent.ended + sum('ended'), failed: parent.failed + sum('failed') };
}

function stopsOthers(parent: LockedCounts): boolean {
  return (
    parent.onFailure === 'stop-others' &&
    parent.awaitedJobId !== null &&
    parent.failed > 0 &&
    parent.ended < parent.total &&
    !parent.isStopped
  );
}
