import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import { type CountedRun, countedOutcome } from '../core/meters.ts';
import type { Resolution } from '../core/run-outcome.ts';
import { hasEnded } from '../core/task-state.ts';
import { type ResultFileRecord, writeResultFiles } from '../db/queries/file.ts';
import { type FinishedTask, finishRuns, type RunCompletion } from '../db/queries/queue.ts';
import type { Schema } from '../db/schema.ts';
import {
  type AfterCommit,
  afterCommit,
  inStatement,
  inTransaction,
  type TransactionSource,
} from '../db/transaction.ts';
import type { TaskQueue } from './task-queue.ts';
import { announceTransitions, recordTransitions } from './transition.ts';

/** The completion of a run, with its definition and result file. */
export interface EndToApply extends RunCompletion {
  readonly name: string;
  /** The stored result file. */
  readonly file?: ResultFileRecord | undefined;
  /** True if the task is known to have no parent and not to be internal. */
  readonly standsAlone?: boolean | undefined;
}

/** Combines the resolution of a run's outcome with its last progress. */
export function endOf(
  run: Pick<EndToApply, 'taskId' | 'attempt' | 'name' | 'nodeId' | 'leaseOwner'>,
  consequence: Resolution,
  last: Partial<
    Pick<
      EndToApply,
      'progressPercent' | 'progressDescription' | 'fileName' | 'file' | 'neverBegan' | 'standsAlone'
    >
  > = {},
): EndToApply {
  const { delaySeconds } = consequence;
  return {
    ...run,
    progressPercent: null,
    progressDescription: null,
    fileName: null,
    ...last,
    ...consequence,
    next: delaySeconds === null ? null : { jobId: delaySeconds > 0 ? randomUUID() : null, delaySeconds },
  };
}

/**
 * Completes runs, all or none: with one statement if only the rows of tasks and their audit change, otherwise in one
 * transaction.
 */
export async function applyEndsAtOnce(
  database: TransactionSource,
  queue: TaskQueue,
  ends: readonly EndToApply[],
): Promise<void> {
  if (ends.every(isOneRow))
    await inStatement(database, async (db, after) => {
      const finished = await finishRuns(db, ends);
      announceTransitions(after, finished.length);
      notifyCompleted(after, queue, ends, finished);
    });
  else await inTransaction(database, (trx) => completeRuns(trx, queue, ends));
}

/** Returns true if only the row of the task and its audit change. */
function isOneRow({ file, standsAlone }: EndToApply): boolean {
  return standsAlone === true && file === undefined;
}

/**
 * Completes runs in a transaction: writes tasks, audit, result files and the counters of parents, and deletes internal
 * tasks. Skips runs that no longer own their task.
 *
 * @returns the completed tasks
 */
export async function completeRuns(
  trx: Transaction<Schema>,
  queue: TaskQueue,
  ends: readonly EndToApply[],
): Promise<readonly FinishedTask[]> {
  const finished = await finishRuns(trx, ends);
  const written = new Set(finished.map(({ taskId }) => taskId));
  await writeResultFiles(
    trx,
    ends.flatMap(({ taskId, file }) => (file !== undefined && written.has(taskId) ? file : [])),
  );
  await recordTransitions(
    trx,
    finished.map(({ taskId, state, ...task }) => ({
      task: { id: taskId, ...task },
      from: 'Started' as const,
      to: state,
    })),
  );
  notifyCompleted(afterCommit(trx), queue, ends, finished);
  return finished;
}

/** After the commit, counts completions and wakes workers or the stager for the next runs. */
function notifyCompleted(
  after: AfterCommit,
  queue: TaskQueue,
  ends: readonly EndToApply[],
  finished: readonly FinishedTask[],
): void {
  const byTask = new Map(ends.map((end) => [end.taskId, end]));
  const due = new Set<string>();
  let nextInSeconds: number | undefined;
  const counted: CountedRun[] = [];
  for (const task of finished) {
    const end = byTask.get(task.taskId);
    if (end === undefined) continue;
    counted.push({
      name: end.name,
      outcome: countedOutcome(end.outcome, { state: task.state, isStopped: task.stopNote !== null }),
      seconds: task.seconds,
      runs: hasEnded(task.state) ? task.runs : undefined,
    });
    // The completion gives a limited definition capacity again.
    if (queue.controlCache.of(end.name).isRestricted) due.add(end.name);
    if (task.state === 'New' && end.next !== null) {
      if (end.next.jobId === null) due.add(end.name);
      else nextInSeconds = Math.min(end.next.delaySeconds, nextInSeconds ?? Number.POSITIVE_INFINITY);
    }
  }
  after.do(() => {
    queue.meter.ended(counted);
    if (nextInSeconds !== undefined) queue.onDelayed(nextInSeconds);
  });
  after.publish({ kind: 'due', names: [...due] });
}
