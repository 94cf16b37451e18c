import type { Caller } from '../core/caller.ts';
import { checkText, type TextLimits } from '../core/limits.ts';
import { storable } from '../core/message.ts';
import { DEFAULT_RETRY } from '../core/retry-part.ts';
import { decideOutcome, type RunOutcome } from '../core/run-outcome.ts';
import { boundedText, MAX_ERROR_LENGTH, MAX_RESULT_LENGTH } from '../core/run-texts.ts';
import type { StoredState } from '../core/task-state.ts';
import { completeRuns, endOf } from '../queue/finish.ts';
import type { TaskDeps } from './context.ts';
import { type Lease, withLease } from './leases.ts';

/** What a run has to tell at its end, or with a sign of life. */
export interface LastProgress {
  /** 0 to 100; absent leaves it. */
  readonly percent?: number | undefined;
  readonly text?: string | undefined;
}

/** What has become of a task whose run has ended. */
export interface EndedLease {
  readonly state: StoredState;
  /** Seconds until the next run; `null` where there is none. */
  readonly nextRunInSeconds: number | null;
}

/**
 * Ends a run of a worker's: it has succeeded, failed, or gives the task back. What follows is what follows for a
 * run of the server's own. A task that somebody has asked to stop is Failed, whatever its run has come to.
 *
 * @param neverBegan for a task that is given back: its run never began, so that it counts as no start
 * @throws RequestError (conflict) where the lease is over, (invalid) where a text can't be kept
 */
export async function endLease(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  outcome: RunOutcome,
  progress: LastProgress = {},
  neverBegan = false,
): Promise<EndedLease> {
  const progressText = checkedProgressText(progress.text, parts.textLimits);
  return withLease(parts, caller, lease, async (trx, held) => {
    const { task, leaseOwner } = held;
    const definition = await parts.definitions.find(task.name, trx);
    const policy = definition?.retry ?? DEFAULT_RETRY;
    const consequence = decideOutcome(storableOutcome(outcome), policy, task, Math.random());
    const end = endOf({ ...lease, name: task.name, nodeId: leaseOwner ?? '' }, consequence, {
      progressPercent: outcome.kind === 'returned' ? 100 : (progress.percent ?? null),
      progressDescription: progressText ?? null,
      neverBegan,
    });
    const finished = await completeRuns(trx, parts.queue, [end]);
    const state = finished[0]?.state ?? task.state;
    const nextRunInSeconds = state === 'New' ? consequence.delaySeconds : null;
    return { state, nextRunInSeconds };
  });
}

/**
 * Makes the text of a progress storable: NUL and lone surrogates become U+FFFD.
 *
 * @throws RequestError (invalid) if it is too long
 */
export function checkedProgressText(
  text: string | undefined,
  { progressDescription }: TextLimits,
): string | undefined {
  if (text === undefined) return undefined;
  const stored = storable(text);
  checkText('ProgressDescription', stored, progressDescription);
  return stored;
}

function storableOutcome(outcome: RunOutcome): RunOutcome {
  if (outcome.kind === 'returned')
    return { ...outcome, result: boundedText(outcome.result, MAX_RESULT_LENGTH) };
  if (outcome.kind === 'failed')
    return { ...outcome, message: boundedText(outcome.message, MAX_ERROR_LENGTH) };
  return outcome;
}
