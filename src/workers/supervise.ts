import { Refusal } from '../domain/errors.ts';
import { Message, message, storable, type Text } from '../domain/message.ts';
import type { RunOutcome } from '../domain/run-outcome.ts';
import { PermanentError } from './define-task.ts';
import { failureText } from './failure-text.ts';
import type { RunControl } from './run-control.ts';

/** How a run is watched. */
export interface Supervision {
  /** Seconds that a run gets to end after it was told to. */
  readonly graceSeconds: number;
  /** Called when these are over and it has not. */
  readonly onLeftBehind: () => void;
  /** Called where it fails without having been told to end. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Waits for a run and tells what it came to; `undefined` where it no longer holds its task, so that there is nothing
 * to write. A run that was told to end and doesn't within the grace period is left behind.
 */
export async function supervise(
  control: RunControl,
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
        (value): RunOutcome => ({ kind: 'returned', result: resultText(value) }),
        (error: unknown): RunOutcome => {
          if (control.endReason === undefined) onFailure(error);
          return failure(error);
        },
      ),
      grace.promise,
    ]);
    if (control.hasNoTask) return undefined;
    if (outcome === 'left behind' || outcome.kind === 'failed') {
      if (control.endReason === 'shutdown') return { kind: 'interrupted' };
      if (outcome === 'left behind')
        return { kind: 'failed', message: message`The run was left behind.`, permanent: true };
    }
    return outcome;
  } finally {
    clearTimeout(timer);
    ignoreEnd();
  }
}

function failure(error: unknown): RunOutcome {
  // A Refusal says that the input is wrong: another run would meet the same.
  return {
    kind: 'failed',
    message: storable(failureText(error)),
    permanent: error instanceof PermanentError || error instanceof Refusal,
  };
}

function resultText(value: unknown): Text {
  if (value === undefined || value === null) return '';
  return storable(typeof value === 'string' || value instanceof Message ? value : JSON.stringify(value));
}
