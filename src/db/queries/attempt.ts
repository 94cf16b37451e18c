import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
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
import { ENDED_STATES, TaskState } from '../../core/task-state.ts';
import { type BoundedRow, boundedRows, type Rows, withinBytes } from '../list-reads.ts';
import type { Schema } from '../schema.ts';
import { keptMessage } from './audit.ts';
import { IS_STOP } from './task.ts';

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
    with over as materialized (
      select t.id, t.attempt, t.lease_owner, t.last_started,
        coalesce(${last.progressPercent}::smallint, t.progress_percent) as percent,
        coalesce(${progress}::text, t.progress_description) as progress,
        case when ${progress}::text is null then t.progress_message
          else ${progressMessage && JSON.stringify(progressMessage)}::text::jsonb end as progress_message
      from batchline.task as t
      where t.id = any (${ids}::int[]) and ${IS_IN_PROGRESS}
    )
    insert into ${INTO_ATTEMPTS}
    select o.id, o.attempt, o.lease_owner, o.last_started, o.last_started, ${AttemptOutcome[outcome]}::smallint, null,
      o.percent, o.progress, o.progress_message, null, ${inEnglish(reason)}::text,
      ${message && JSON.stringify(message)}::text::jsonb
    from over as o`.execute(trx);
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
  /** False if a release before 0.3.0 ended it: its facts are from the history, without an error and progress. */
  readonly recorded: boolean;
  readonly progressPercent: number | null;
  readonly progressDescription: string;
  readonly progressMessage: MessageData | null;
  /** Seconds until the next attempt; null if none follows. */
  readonly nextDelaySeconds: number | null;
  /** In English; null while it is in progress. */
  readonly reason: string | null;
  readonly reasonMessage: MessageData | null;
}

/**
 * The ended attempts of a task in `batchline.task_audit` that have no record, because a release before 0.3.0 ended them. The
 * first row with an attempt's number that leads to Started is its start; a later one that leads from Started is its end.
 */
function unrecorded(taskId: number, afterNumber: number): RawBuilder<unknown> {
  const isLost = sql`a.reason_message ->> 'template' = 'Worker {0} was lost.'`;
  const isRetry = sql`a.reason_message ->> 'template' like 'Run {0} of at most %'`;
  return sql`
    select g.attempt, s.node_id, s.at, s.at, a.at, (case
        when a.to_state in (${TaskState.Succeeded}, ${TaskState.SucceededManualCleanup}) then ${AttemptOutcome.Succeeded}
        when a.to_state = ${TaskState.Started} then ${AttemptOutcome.Waiting}
        when ${IS_STOP} then ${AttemptOutcome.Stopped}
        when ${isLost} then ${AttemptOutcome.Expired}
        when a.to_state = ${TaskState.Failed} or ${isRetry} then ${AttemptOutcome.Failed}
        else ${AttemptOutcome.HandedBack} end)::smallint,
      null::jsonb, false, null::smallint, '', null::jsonb,
      case when a.to_state = ${TaskState.New} and a.node_id is not null then coalesce(
        case when ${isRetry} then substring(a.reason_message -> 'values' ->> 2 from '^[0-9]+[.]?[0-9]*$') end, '0')::float8 end,
      a.reason, a.reason_message
    from (
      select h.attempt, min(h.id) filter (where h.to_state = ${TaskState.Started}) as start_id,
        max(h.id) filter (where h.from_state = ${TaskState.Started}) as end_id
      from batchline.task_audit as h where h.task_id = ${taskId} and h.attempt > ${afterNumber} group by h.attempt
    ) as g
    join batchline.task_audit as s on s.id = g.start_id
    join batchline.task_audit as a on a.id = g.end_id and a.id > s.id
    where not exists (
      select 1 from batchline.task_attempt as r where r.task_id = ${taskId} and r.number = g.attempt)`;
}

/** Returns the attempts of a task with larger numbers than `afterNumber`, oldest first; the one in progress is last. */
export async function readAttempts(
  db: Kysely<Schema>,
  taskId: number,
  afterNumber: number,
  limit: number,
): Promise<Rows<Attempt>> {
  const query = sql`(
    select a.number, a.worker, a.claimed, a.started, a.ended, a.outcome, a.error, true as recorded,
      a.progress_percent, a.progress_description, a.progress_message, a.next_delay, a.reason, a.reason_message
    from batchline.task_attempt as a
    where a.task_id = ${taskId} and a.number > ${afterNumber}
    union all
    ${unrecorded(taskId, afterNumber)}
    union all
    select t.attempt, t.lease_owner, t.last_started, t.last_started, null, null, null, true, t.progress_percent,
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
  readonly recorded: boolean;
  readonly progress_percent: number | null;
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
    recorded: row.recorded,
    progressPercent: row.progress_percent,
    progressDescription: row.progress_description,
    progressMessage: row.progress_message,
    nextDelaySeconds: row.next_delay,
    reason: row.reason,
    reasonMessage: row.reason_message ?? (row.reason === null ? null : { template: row.reason, values: [] }),
  };
}

/** The time from the first attempt to the end of a task, and the number of its children. */
export interface RunTimes {
  /** null if it never started. */
  readonly started: Date | null;
  /** null until it has ended. */
  readonly ended: Date | null;
  readonly children: number;
}

const ENDED = sql.join(ENDED_STATES.map((state) => sql.lit(TaskState[state])));

/** Reads when tasks ran, by id. Tasks that an earlier release ended have the time of their last change. */
export async function readRunTimes(
  db: Kysely<Schema>,
  ids: readonly number[],
): Promise<ReadonlyMap<number, RunTimes>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<RunTimes & { readonly id: number }>`
    select t.id, coalesce(a.started, t.last_started) as started, coalesce(f.total, 0) as children,
      case when t.state in (${ENDED}) then coalesce(a.ended, t.updated) end as ended
    from batchline.task as t
    left join lateral (
      select min(a.started) as started, max(a.ended) as ended from batchline.task_attempt as a where a.task_id = t.id
    ) as a on true
    left join batchline.task_family as f on f.parent_id = t.id
    where t.id = any (${ids}::int[])`.execute(db);
  return new Map(rows.map(({ id, ...times }) => [id, times]));
}
