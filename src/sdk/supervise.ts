import { setImmediate as nextTurn } from 'node:timers/promises';
import { message } from '../core/message.ts';
import type { RunOutcome } from '../core/run-outcome.ts';
import { loggableError } from './failure-text.ts';
import type { RunHandle } from './run-control.ts';
import { failedOutcome, returnedOutcome } from './run-result.ts';

/** How a run is watched. */
export interface Supervision {
  /** Seconds that a run gets to end after it was told to. */
  readonly graceSeconds: number;
  /** Called when these are over and it has not. */
  readonly onLeftBehind: () => void;
  /** Called with a printable error if it fails without having been canceled. */
  readonly onFailure: (error: Error) => void;
}

/**
 * Waits for a run and returns its outcome; `undefined` if it no longer holds its task, so that there is nothing
 * to write. A canceled run that doesn't end within the grace period is abandoned. A run fails if an error escapes from its
 * code, whatever it returns.
 */
export async function runWithGracePeriod(
  control: RunHandle,
  work: Promise<unknown>,
  { graceSeconds, onLeftBehind, onFailure }: Supervision,
): Promise<RunOutcome | undefined> {
  const grace = Promise.withResolvers<'left behind'>();
  let timer: NodeJS.Timeout | undefined;
  const ignoreEnd = control.onEnd(() => {
    timer = setTimeout(() => {
      onLeftBehind();
      grace.resolve('left behind');
    }, graceSeconds * 1000);
  });
  try {
    const outcome = await Promise.race([
      work.then(
        (value) => returnedOutcome(value),
        (error: unknown): RunOutcome => {
          if (control.cancelReason === undefined) onFailure(loggableError(error));
          return failedOutcome(error);
        },
      ),
      grace.promise,
    ]);
    // Node.js reports an unhandled rejection after the current microtasks.
    await nextTurn();
    if (control.hasNoTask) return undefined;
    if (outcome === 'left behind' || outcome.kind === 'failed') {
      if (control.cancelReason === 'shutdown') return { kind: 'interrupted' };
      const abandoned = {
        kind: 'failed',
        message: message`The run was left behind.`,
        permanent: true,
      } as const;
      if (outcome === 'left behind') return control.faultOutcome ?? abandoned;
    }
    return control.faultOutcome ?? outcome;
  } finally {
    control.conclude();
    clearTimeout(timer);
    ignoreEnd();
  }
}
