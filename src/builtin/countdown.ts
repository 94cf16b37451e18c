import { Type } from 'typebox';
import { message } from '../core/message.ts';
import { defineTask } from '../sdk/define-task.ts';
import { TaskError } from '../sdk/errors.ts';

/**
 * Resolves after a delay.
 *
 * @throws the signal's reason if it aborts
 */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * Runs for a number of seconds and does nothing else, to try out progress, stop, restart and failure. The checkpoint has the
 * elapsed time, so that another attempt continues there.
 */
export const countdown = defineTask({
  name: 'countdown',
  description: message`Runs for a number of seconds and reports progress; for testing`,
  parameters: Type.Object(
    {
      seconds: Type.Number({
        minimum: 0,
        maximum: 3600,
        default: 10,
        description: String(message`Duration in seconds`),
      }),
      failAt: Type.Optional(
        Type.Number({
          minimum: 0,
          maximum: 100,
          description: String(message`The percentage at which it fails; never if omitted`),
        }),
      ),
    },
    { additionalProperties: false },
  ),
  cancellation: 'CanCancel',
  retries: 0,
  async run(ctx) {
    const { seconds, failAt } = ctx.parameters;
    // Stages last at least a second, so that progress is reported at most once a second.
    const stages = Math.max(1, Math.floor(seconds));
    const stageSeconds = seconds / stages;
    const failSeconds = failAt === undefined ? Infinity : (seconds * failAt) / 100;
    const began = performance.now() / 1000 - elapsedBefore(ctx.lastCheckpoint);
    for (;;) {
      ctx.signal.throwIfAborted();
      const elapsed = performance.now() / 1000 - began;
      if (failAt !== undefined && elapsed >= failSeconds)
        throw new TaskError(message`Failed on purpose at ${failAt} %, as set by failAt.`);
      if (elapsed >= seconds) {
        ctx.progress(100, message`${rounded(seconds)} of ${rounded(seconds)} seconds`);
        return message`Counted ${seconds} seconds.`;
      }
      const stage = Math.floor(elapsed / stageSeconds);
      const passed = stage * stageSeconds;
      ctx.progress((stage / stages) * 100, message`${rounded(passed)} of ${rounded(seconds)} seconds`);
      if (passed > 0) await ctx.checkpoint({ elapsed: passed });
      const next = Math.min(passed + stageSeconds, failSeconds);
      await pause(Math.max(0, Math.ceil((began + next) * 1000 - performance.now())), ctx.signal);
    }
  },
});

/** Returns the seconds that earlier attempts counted. */
function elapsedBefore(checkpoint: unknown): number {
  const elapsed = (checkpoint as { elapsed?: unknown } | undefined)?.elapsed;
  return typeof elapsed === 'number' && Number.isFinite(elapsed) ? elapsed : 0;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
