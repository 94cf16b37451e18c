import type { RunOutcome } from '../core/run-outcome.ts';
import { runWithGracePeriod } from '../sdk/supervise.ts';
import type { Run } from './run.ts';
import { type ContextDeps, createContext } from './run-context.ts';
import { insideRun } from './run-scope.ts';
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
    onLeftBehind: () => {
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
