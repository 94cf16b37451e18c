import { decideOutcome, type RunOutcome } from '../core/run-outcome.ts';
import type { ResultFileRecord } from '../db/queries/file.ts';
import type { Files } from '../files/files.ts';
import { failureText, PermanentError } from '../sdk/errors.ts';
import { runWithGracePeriod } from '../sdk/run-handle.ts';
import { insideRun, type Run } from './run.ts';
import { type ContextDeps, createContext } from './run-context.ts';
import type { ThreadPool } from './threads/pool.ts';

/** What runs are executed with. */
export interface ExecutionDeps extends ContextDeps {
  readonly threads: ThreadPool;
  /** Seconds that a run gets to end after it was told to. */
  readonly graceSeconds: number;
}

/**
 * Executes a run and tells what it came to; `undefined` where it has lost its task, so that there is nothing
 * to write. A run that was told to end and doesn't within the grace period is left behind: a thread is
 * terminated, and what an inline run still does can write nothing any more.
 */
export async function executeRun(run: Run, parts: ExecutionDeps): Promise<RunOutcome | undefined> {
  const thread = run.definition.isolate === 'thread' ? new AbortController() : undefined;
  const work = insideRun(run, () => doWork(run, parts, thread?.signal));
  return runWithGracePeriod(run, work, {
    graceSeconds: parts.graceSeconds,
    onAbandoned: () => {
      run.log.warn(
        { event: 'run.abandoned', graceSeconds: parts.graceSeconds },
        'run did not stop within its grace period; abandoned',
      );
      thread?.abort();
    },
    onFailure: (error) => run.log.warn({ event: 'run.failed', err: error }, 'run failed'),
  });
}

async function doWork(run: Run, parts: ExecutionDeps, killThread: AbortSignal | undefined): Promise<unknown> {
  const parameters = await run.definition.readParameters(run.task.parameters);
  if (killThread !== undefined) return parts.threads.run(run, parameters, killThread);
  return run.definition.definition.run(createContext(run, parameters, parts) as never);
}

/** What a run came to, with its result file in the store. */
export interface StoredOutcome {
  readonly outcome: RunOutcome;
  /** Becomes the task's with the end of the run. */
  readonly file: ResultFileRecord | undefined;
}

/**
 * Puts the result file of a run that has ended into the store, before its end is written; the scratch file stays until
 * then, for the next attempt where a crash comes between. A run that has returned fails where that is not possible. One that is followed by another keeps its file where the other finds it.
 */
export async function storeResult(run: Run, outcome: RunOutcome, files: Files): Promise<StoredOutcome> {
  const name = run.fileName;
  if (name === null) return { outcome, file: undefined };
  const isLast = run.cancelReason === 'stopped' || isFinal(run, outcome);
  const isNeeded = isLast ? !run.task.isInternal : !files.store.sharesScratch;
  if (!isNeeded) return { outcome, file: undefined };
  try {
    // A run that has failed may have been left behind, and still write.
    const file = await files.storeResult(run.task, name, outcome.kind === 'returned');
    return { outcome, file };
  } catch (error) {
    run.log.warn(
      { event: 'file.store_failed', err: error, file: name },
      'failed to store the result file of a run',
    );
    if (outcome.kind !== 'returned') return { outcome, file: undefined };
    const permanent = error instanceof PermanentError;
    return { outcome: { kind: 'failed', message: failureText(error), permanent }, file: undefined };
  }
}

/** Removes what the run's scratch folder holds and nobody needs any more. */
export async function releaseScratch(run: Run, outcome: RunOutcome, files: Files): Promise<void> {
  if (run.fileName === null) return;
  const { id: taskId, attempt } = run.task;
  await files.scratch.release({ taskId, attempt }, isFinal(run, outcome)).catch((error: unknown) => {
    run.log.warn(
      { event: 'file.scratch_cleanup_failed', err: error },
      'failed to delete scratch files; the next sweep deletes them',
    );
  });
}

function isFinal(run: Run, outcome: RunOutcome): boolean {
  return decideOutcome(outcome, run.definition.retry, run.task, 0).delaySeconds === null;
}
