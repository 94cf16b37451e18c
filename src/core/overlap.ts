/** Policies for due times at which an earlier task of the schedule has not ended. */
export const OVERLAPS = ['Allow', 'Skip', 'Queue'] as const;
/**
 * `Allow` starts the task beside the earlier one, `Skip` starts none, `Queue` starts it when the earlier one has ended.
 */
export type Overlap = (typeof OVERLAPS)[number];

/** Maximum number of due times that a schedule queues; further ones are skipped. */
export const MAX_QUEUED_RUNS = 100;

/** The due times of a schedule, as its overlap policy decides them. */
export interface OverlapDecision {
  /** The due times to start a task for now, in order. */
  readonly start: readonly Date[];
  /** The due times that wait for the end of an earlier task, in order. */
  readonly queued: readonly Date[];
  /** The due times that start no task, in order. */
  readonly skipped: readonly Date[];
}

/**
 * Decides which due times start a task now. With `Skip` and `Queue` at most one does, and none while an earlier task of the
 * schedule is active.
 *
 * @param isActive true if a task of the schedule has not ended
 * @param queued the due times that have waited, in order
 * @param due the new due times, in order
 */
export function decideOverlap(
  overlap: Overlap,
  isActive: boolean,
  queued: readonly Date[],
  due: readonly Date[],
): OverlapDecision {
  const all = [...queued, ...due];
  if (overlap === 'Allow') return { start: all, queued: [], skipped: [] };
  const starts = isActive ? 0 : 1;
  const rest = all.slice(starts);
  const waiting = overlap === 'Queue' ? MAX_QUEUED_RUNS : 0;
  return { start: all.slice(0, starts), queued: rest.slice(0, waiting), skipped: rest.slice(waiting) };
}
