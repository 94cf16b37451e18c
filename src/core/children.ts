import { hasEnded, type StoredState } from './task-state.ts';

/** What the failure of a child means to a parent that waits. */
export const ON_FAILURE = ['fail', 'continue', 'stop-others'] as const;

/**
 * `fail`: when all children have ended, the parent fails where one has failed. `continue`: the parent goes on, whatever
 * they have come to. `stop-others`: the first failure stops the other children, and then the parent fails.
 */
export type OnFailure = (typeof ON_FAILURE)[number];

/** The most children of one task. */
export const MAX_CHILDREN = 100_000;
/** The most children in one call. */
export const MAX_CHILDREN_PER_CALL = 500;
/** How many parents may stand above a task. */
export const MAX_DEPTH = 10;
/** The longest key of a child, in UTF-16 code units. */
export const MAX_CHILD_KEY_LENGTH = 200;
/** The greatest weight of a child. */
export const MAX_CHILD_WEIGHT = 1_000_000;

/** How far the children of a task have come. */
export interface ChildCounts {
  readonly total: number;
  /** Of them, those that have ended, or that were deleted before they had. */
  readonly ended: number;
  /** Of those that have ended, the failed ones. */
  readonly failed: number;
}

/** What a child adds to the counts of its parent, or takes from them. */
export interface ChildCountsChange {
  readonly ended: number;
  readonly failed: number;
}

/**
 * What the move of a child does to the counts of its parent. A restart takes back what its end has added.
 *
 * @param to `null` where the child is deleted: it counts as ended, as what it was
 */
export function childCountsChange(from: StoredState, to: StoredState | null): ChildCountsChange {
  if (to === null) return { ended: hasEnded(from) ? 0 : 1, failed: 0 };
  return {
    ended: Number(hasEnded(to)) - Number(hasEnded(from)),
    failed: Number(to === 'Failed') - Number(from === 'Failed'),
  };
}

/**
 * The progress of a parent that waits: the sum of its children's, each by its weight.
 *
 * @param ended the weight of those that have ended
 * @param running the sum of weight × percent of those that run
 * @returns a whole percentage, 99 at most: it is the parent's next run that ends the task
 */
export function parentPercent(total: number, ended: number, running: number): number {
  if (total <= 0) return 0;
  return Math.max(0, Math.min(99, Math.floor((100 * ended + running) / total)));
}
