import { type Kysely, sql, type Transaction } from 'kysely';
import {
  type AttemptError,
  AttemptOutcome,
  type AttemptOutcomeName,
  attemptOutcomeOf,
} from '../../core/attempt.ts';
import {
  inEnglish,
  type Message,
  type MessageData,
  messageOf,
  plainOf,
  type Text,
} from '../../core/message.ts';
import { TaskState } from '../../core/task-state.ts';
import { type BoundedRow, boundedRows, type Rows, withinBytes } from '../list-reads.ts';
import type { Schema } from '../schema.ts';
import { keptMessage } from './audit.ts';

/** Target of an INSERT of ended attempts, with its columns. */
export const INTO_ATTEMPTS = sql`batchline.task_attempt (task_id, number, worker, claimed, started, outcome, error,
  progress_percent, progress_description, progress_message, next_delay, reason, reason_message)`;

/** True if an attempt of `batchline.task as t` is in progress, which excludes tasks that wait for their children. */
const IS_IN_PROGRESS = sql<boolean>`
  t.state = ${sql.lit(TaskState.Started)} and (t.lease_owner is not null or t.job_id is null)`;

/** Progress that is not yet in the row; null keeps the value of the row. */
interface LastProgress {
  readonly progressPercent: number | null;
  readonly progressDescription: Text | null;
}

/**
 * Records the end of the attempts of locked tasks by something other than their run: a caller, a stop, or the wait for
 * children. Call it before the write that takes the tasks from their runs.
 */
export async function endAttempts(
  trx: Transaction<Schema>,
  ids: readonly number[],
  outcome: AttemptOutcomeName,
  reason: Message,
  last: LastProgress = { progressPercent: null, progressDescription: null },
): Promise<void> {
  if (ids.length === 0) return;
  const message = keptMessage(reason);
  const progress = plainOf(last.progressDescription);
  const progressMessage = messageOf(last.progressDescription);
  await sql`
    insert into ${INTO_ATTEMPTS}
    select t.id, t.attempt, t.lease_owner, t.last_started, t.last_started, ${AttemptOutcome[outcome]}::smallint, null,
      coalesce(${last.progressPercent}::smallint, t.progress_percent),
      coalesce(${progress}::text, t.progress_description),
      case when ${progress}::text is null then t.progress_message
        else ${progressMessage && JSON.stringify(progressMessage)}::text::jsonb end,
      null, ${inEnglish(reason)}::text, ${message && JSON.stringify(message)}::text::jsonb
    from batchline.task as t
    where t.id = any (${ids}::int[]) and ${IS_IN_PROGRESS}`.execute(trx);
}

/** An attempt. The one in progress has no end yet. */
export interface Attempt {
  /** The fencing token. */
  readonly number: number;
  /** The process that ran the task; null if a client set State itself. */
  readonly worker: string | null;
  readonly claimed: Date | null;
  /** `null` if the run never started. */
  readonly started: Date | null;
  readonly ended: Date | null;
  readonly outcome: AttemptOutcomeName | null;
  readonly error: AttemptError | null;
  readonly progressPercent: number;
  readonly progressDescription: string;
  readonly progressMessage: MessageData | null;
  /** Seconds until the next attempt; null if none follows. */
  readonly nextDelaySeconds: number | null;
  /** In English; null while it is in progress. */
  readonly reason: string | null;
  readonly reasonMessage: MessageData | null;
}

/** Returns the attempts of a task with larger numbers than `afterNumber`, oldest first; the one in progress is last. */
export async function readAttempts(
  db: Kysely<Schema>,
  taskId: number,
  afterNumber: number,
  limit: number,
): Promise<Rows<Attempt>> {
  const query = sql`(
    select a.number, a.worker, a.claimed, a.started, a.ended, a.outcome, a.error, a.progress_percent,
      a.progress_description, a.progress_message, a.next_delay, a.reason, a.reason_message
    from batchline.task_attempt as a
    where a.task_id = ${taskId} and a.number > ${afterNumber}
    union all
    select t.attempt, t.lease_owner, t.last_started, t.last_started, null, null, null, t.progress_percent,
      t.progress_description, t.progress_message, null, null, null
    from batchline.task as t
    where t.id = ${taskId} and t.attempt > ${afterNumber} and ${IS_IN_PROGRESS})`;
  const bytes = sql<number>`
    coalesce(octet_length(r.error::text), 0) + octet_length(r.progress_description) + 1000`;
  const bounded = withinBytes({ query, bytes, order: sql`r.number`, limit });
  const { rows } = await sql<AttemptRow & BoundedRow>`
    select r.* from ${bounded} as r order by r.number`.execute(db);
  return boundedRows(rows, toAttempt);
}

interface AttemptRow {
  readonly number: number;
  readonly worker: string | null;
  readonly claimed: Date | null;
  readonly started: Date | null;
  readonly ended: Date | null;
  readonly outcome: number | null;
  readonly error: AttemptError | null;
  readonly progress_percent: number;
  readonly progress_description: string;
  readonly progress_message: MessageData | null;
  readonly next_delay: number | null;
  readonly reason: string | null;
  readonly reason_message: MessageData | null;
}

function toAttempt(row: AttemptRow): Attempt {
  return {
    number: row.number,
    worker: row.worker,
    claimed: row.claimed,
    started: row.started,
    ended: row.ended,
    outcome: row.outcome === null ? null : attemptOutcomeOf(row.outcome),
    error: row.error,
    progressPercent: row.progress_percent,
    progressDescription: row.progress_description,
    progressMessage: row.progress_message,
    nextDelaySeconds: row.next_delay,
    reason: row.reason,
    reasonMessage: row.reason_message ?? (row.reason === null ? null : { template: row.reason, values: [] }),
  };
}
