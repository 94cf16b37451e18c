import { hasEnded, type StoredState } from './task-state.ts';

/** Policies of a waiting parent for failed children. */
export const ON_FAILURE = ['fail', 'continue', 'stop-others'] as const;

/**
 * `fail`: the parent fails after all children have ended. `continue`: the parent continues. `stop-others`: the first
 * failure stops the other children, and then the parent fails.
 */
export type OnFailure = (typeof ON_FAILURE)[number];

/** Maximum number of children of a task. */
export const MAX_CHILDREN = 100_000;
/** Maximum number of children in one call. */
export const MAX_CHILDREN_PER_CALL = 500;
/** Maximum number of ancestors of a task. */
export const MAX_DEPTH = 10;
/** Maximum length of a child's key, in UTF-16 code units. */
export const MAX_CHILD_KEY_LENGTH = 200;
/** Maximum weight of a child. */
export const MAX_CHILD_WEIGHT = 1_000_000;

/** Counts of the children of a task. */
export interface ChildCounts {
  readonly total: number;
  /** Children that have ended, or that were deleted before their end. */
  readonly ended: number;
  /** Ended children that failed. */
  readonly failed: number;
}

/** A change of the counts of a parent. */
export interface ChildCountsChange {
  readonly ended: number;
  readonly failed: number;
}

/**
 * Returns how the transition of a child changes the counts of its parent. A restart reverts the change of its end.
 *
 * @param to `null` if the child is deleted: it then counts as ended, and as failed only if it had failed
 */
export function childCountsChange(from: StoredState, to: StoredState | null): ChildCountsChange {
  if (to === null) return { ended: hasEnded(from) ? 0 : 1, failed: 0 };
  return {
    ended: Number(hasEnded(to)) - Number(hasEnded(from)),
    failed: Number(to === 'Failed') - Number(from === 'Failed'),
  };
}

/**
 * Returns the progress of a waiting parent: the weighted average of its children's progress.
 *
 * @param total total weight of the children
 * @param ended total weight of the ended children
 * @param running the sum of weight × percent of the running children
 * @returns an integer, at most 99, because only the parent's next run ends the task
 */
export function parentPercent(total: number, ended: number, running: number): number {
  if (total <= 0) return 0;
  return Math.max(0, Math.min(99, Math.floor((100 * ended + running) / total)));
}
