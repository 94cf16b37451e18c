import { Refusal } from '../domain/errors.ts';
import { Message, message, storable, type Text } from '../domain/message.ts';
import type { RunOutcome } from '../domain/run-outcome.ts';
import { PermanentError } from '../workers/define-task.ts';
import { failureText } from './failure-text.ts';
import type { Run } from './run.ts';
import { type ContextParts, createContext } from './run-context.ts';
import type { ThreadPool } from './threads/thread-pool.ts';

/** What runs are executed with. */
export interface ExecutionParts extends ContextParts {
  readonly threads: ThreadPool;
  /** Seconds that a run gets to end after it was told to. */
  readonly graceSeconds: number;
}

/**
 * Executes a run and tells what it came to; `undefined` where it has lost its task, so that there is nothing
 * to write. A run that was told to end and doesn't within the grace period is left behind: a thread is
 * terminated, and what an inline run still does can write nothing any more.
 */
export async function executeRun(run: Run, parts: ExecutionParts): Promise<RunOutcome | undefined> {
  const leftBehind = new AbortController();
  const grace = Promise.withResolvers<'left behind'>();
  let timer: NodeJS.Timeout | undefined;
  const onEnd = (): void => {
    timer = setTimeout(() => {
      run.log.warn(
        { graceSeconds: parts.graceSeconds },
        'the run did not end within its grace period and is left behind',
      );
      leftBehind.abort();
      grace.resolve('left behind');
    }, parts.graceSeconds * 1000);
  };
  if (run.signal.aborted) onEnd();
  else run.signal.addEventListener('abort', onEnd, { once: true });
  try {
    const work = doWork(run, parts, leftBehind.signal).then(
      (value): RunOutcome => ({ kind: 'returned', result: resultText(value) }),
      (error: unknown): RunOutcome => failure(run, error),
    );
    const outcome = await Promise.race([work, grace.promise]);
    if (run.endReason === 'lost') return undefined;
    if (outcome === 'left behind' || outcome.kind === 'failed') {
      if (run.endReason === 'shutdown') return { kind: 'interrupted' };
      if (outcome === 'left behind')
        return { kind: 'failed', message: message`The run was left behind.`, permanent: true };
    }
    return outcome;
  } finally {
    clearTimeout(timer);
    run.signal.removeEventListener('abort', onEnd);
  }
}

async function doWork(run: Run, parts: ExecutionParts, kill: AbortSignal): Promise<unknown> {
  const parameters = run.definition.readParameters(run.task.parameters);
  if (run.definition.isolate === 'thread') return parts.threads.run(run, parameters, kill);
  return run.definition.definition.run(createContext(run, parameters, parts) as never);
}

function failure(run: Run, error: unknown): RunOutcome {
  const told = run.signal.aborted;
  if (!told) run.log.warn({ err: error }, 'the run has failed');
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
