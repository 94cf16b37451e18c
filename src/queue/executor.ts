import { decideOutcome, type RunOutcome } from '../core/run-outcome.ts';
import type { ResultFileRecord } from '../db/queries/file.ts';
import type { Files } from '../files/files.ts';
import { failureText, PermanentError } from '../sdk/errors.ts';
import { runWithGracePeriod } from '../sdk/run-handle.ts';
import { insideRun, type Run } from './run.ts';
import { type ContextDeps, createContext } from './run-context.ts';
import type { ThreadPool } from './threads/pool.ts';

/** Dependencies of the execution of runs. */
export interface ExecutionDeps extends ContextDeps {
  readonly threads: ThreadPool;
  /** Grace period of a cancelled run. */
  readonly graceSeconds: number;
}

/**
 * Executes a run and returns its outcome; `undefined` if the run has lost its lease, so that nothing is written. A
 * cancelled run that doesn't end within the grace period is abandoned: a thread is terminated, and the writes of an inline
 * run are fenced off.
 */
export function executeRun(run: Run, deps: ExecutionDeps): Promise<RunOutcome | undefined> {
  const thread = run.definition.isolate === 'thread' ? new AbortController() : undefined;
  const work = insideRun(run, () => doWork(run, deps, thread?.signal));
  return runWithGracePeriod(run, work, {
    graceSeconds: deps.graceSeconds,
    onAbandoned: () => {
      run.log.warn(
        { event: 'run.abandoned', graceSeconds: deps.graceSeconds },
        'run did not stop within its grace period; abandoned',
      );
      thread?.abort();
    },
    onFailure: (error) => run.log.warn({ event: 'run.failed', err: error }, 'run failed'),
  });
}

async function doWork(run: Run, deps: ExecutionDeps, killThread: AbortSignal | undefined): Promise<unknown> {
  const parameters = await run.definition.readParameters(run.task.parameters);
  if (killThread !== undefined) return deps.threads.run(run, parameters, killThread);
  return run.definition.definition.run(createContext(run, parameters, deps) as never);
}

/** The outcome of a run, and its stored result file. */
export interface StoredOutcome {
  readonly outcome: RunOutcome;
  /** Assigned to the task together with the outcome. */
  readonly file: ResultFileRecord | undefined;
}

/**
 * Stores the result file of a run before its outcome is written. The scratch file remains until then, for the next attempt
 * after a crash. If the file can't be stored, a run that has returned fails. The file of a run that will be retried is
 * stored only if other processes can't read the scratch folder.
 */
export async function storeResult(
  run: Run,
  name: string,
  outcome: RunOutcome,
  files: Files,
): Promise<StoredOutcome> {
  const isLast = run.cancelReason === 'stopped' || isFinal(run, outcome);
  const isNeeded = isLast ? !run.task.isInternal : !files.store.sharesScratch;
  if (!isNeeded) return { outcome, file: undefined };
  try {
    // An abandoned run may still be writing.
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

/** Deletes scratch files of the run that are no longer needed. */
export async function releaseScratch(run: Run, outcome: RunOutcome, files: Files): Promise<void> {
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
