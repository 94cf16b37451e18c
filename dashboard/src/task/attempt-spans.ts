import type { Attempt } from '../api/carriers.ts';
import { readTime } from '../times.ts';

/** A time in the life of a task: before its first attempt, in an attempt, or between two. */
export interface Span {
  readonly kind:
    | 'waited'
    | 'ran'
    /** Between an attempt and the next, which was planned at its end. */
    | 'paused'
    /** After an attempt that was to be the last, until the task was restarted. */
    | 'idle';
  readonly from: number;
  readonly to: number;
  /** The attempt that ran, or that the pause follows; undefined before the first. */
  readonly attempt: Attempt | undefined;
}

/**
 * Returns the times of a task in order. After a jump of the database's clock, attempts can overlap; no pause is between them.
 *
 * @param attempts the latest attempts, in order of their numbers
 * @param created when the task was created; undefined if earlier attempts are missing
 * @param hasEnded whether no further attempt is to come
 */
export function spansOf(
  attempts: readonly Attempt[],
  created: number | undefined,
  hasEnded: boolean,
  now: number,
): readonly Span[] {
  const spans: Span[] = [];
  let before: Attempt | undefined;
  let free = created;
  for (const attempt of attempts) {
    const claimed = readTime(attempt.Claimed ?? attempt.Started ?? attempt.Ended ?? '') ?? now;
    const ended = readTime(attempt.Ended ?? '') ?? now;
    if (free !== undefined && claimed > free)
      spans.push({ kind: gapAfter(before), from: free, to: claimed, attempt: before });
    spans.push({ kind: 'ran', from: claimed, to: Math.max(claimed, ended), attempt });
    free = Math.max(claimed, ended);
    before = attempt;
  }
  if (!hasEnded && before?.Ended != null && free !== undefined)
    spans.push({ kind: gapAfter(before), from: free, to: Math.max(free, now), attempt: before });
  return spans;
}

function gapAfter(attempt: Attempt | undefined): Span['kind'] {
  if (attempt === undefined) return 'waited';
  return isLast(attempt) ? 'idle' : 'paused';
}

/** Whether no other attempt was planned when it ended. */
function isLast({ Outcome, NextDelaySeconds }: Attempt): boolean {
  return NextDelaySeconds === null && Outcome !== 'Waiting' && Outcome !== 'HandedBack';
}
