import { type Kysely, type RawBuilder, sql } from 'kysely';
import { type AttemptError, AttemptOutcome } from '../../core/attempt.ts';
import {
  inEnglish,
  Message,
  type MessageData,
  message,
  messageOf,
  plainOf,
  type Text,
} from '../../core/message.ts';
import type { RunOutcome } from '../../core/run-outcome.ts';
import type { BatchTask } from '../../core/task.ts';
import { type StoredState, storedStateOf, TaskState } from '../../core/task-state.ts';
import { type TraceContext, traceOfRow } from '../../core/tracing.ts';
import type { Schema } from '../schema.ts';
import { PREPARED, secondsFromNow } from '../sql.ts';
import { INTO_ATTEMPTS } from './attempt.ts';
import { INTO_AUDIT, keptMessage, RUN_BEGINS } from './audit.ts';
import { CLAIMED_COLUMNS, type TaskRow, toTask } from './task.ts';

/** A task that is due. */
export interface Delivery {
  readonly taskId: number;
  /** Token of the wait of a parent (`task_family.job_id`); null for an available task. */
  readonly jobId: string | null;
}

/** A claimed task. */
export interface ClaimedTask {
  readonly task: BatchTask;
  readonly checkpoint: unknown;
  /** The attempt whose result file belongs to the checkpoint; null if there is none. */
  readonly fileAttempt: number | null;
  /** Seconds since it became due; `undefined` if it continues after a wait for its children. */
  readonly waitedSeconds: number | undefined;
  /** Trace context of its start; null if it has none. */
  readonly trace: TraceContext | null;
}

/** The columns of a task that are the same for all tasks after a claim, so that a claim doesn't return them. */
type ClaimSets = 'state' | 'result' | 'result_message' | 'updated';

/** A row that a claim returns. */
export interface ClaimedRow extends Omit<TaskRow, ClaimSets> {
  readonly checkpoint: unknown;
  readonly file_attempt: number | null;
  readonly traceparent: string | null;
  readonly tracestate: string | null;
  /** Absent if it continues after a wait for its children. */
  readonly waited?: number | null;
}

const CLAIMED = message`Claimed.`;
/**
 * Claims and starts tasks: increments the attempt and StartCount, and begins the lease. The audit log gets both
 * transitions, New to Aquired and Aquired to Started.
 *
 * @param due query that locks the rows and returns `id`, `job_id` and `lease` (seconds)
 * @returns the common table expressions of a claim; `claimed` has the rows
 */
export function startDue(due: RawBuilder<unknown>, nodeId: string): RawBuilder<unknown> {
  // The subquery hides the row locks from Citus, which can't read the result of an expression that has them.
  return sql`
    due as (select d.* from (${due}) as d),
    claimed as (
      update batchline.task as t set
        state = ${TaskState.Started},
        attempt = t.attempt + 1,
        start_count = t.start_count + 1,
        last_started = now(),
        result = '',
        result_message = null,
        lease_owner = ${nodeId},
        lease_until = ${secondsFromNow(sql`d.lease`)},
        stop_note = null,
        stop_message = null,
        updated = now(), updated_by = 0, updated_count = t.updated_count + 1
      from due as d
      where t.id = d.id
      returning ${CLAIMED_COLUMNS}, t.checkpoint, t.file_attempt, t.traceparent, t.tracestate,
        extract(epoch from t.last_started - t.run_after)::float8 as waited
    ),
    audited as (
      insert into ${INTO_AUDIT}
      select c.id, c.tenant, 0, ${nodeId}::text, m.from_state, m.to_state, c.attempt,
        replace(m.reason, '{0}', c.start_count::text), null, null
      from claimed as c cross join (values
        (1, ${TaskState.New}::smallint, ${TaskState.Aquired}::smallint, ${CLAIMED.template}::text),
        (2, ${TaskState.Aquired}::smallint, ${TaskState.Started}::smallint, ${RUN_BEGINS.template}::text)
      ) as m (place, from_state, to_state, reason)
      order by m.place, c.id
    )`;
}

/** Maps a row of a claim to a task. */
export function toClaimed(row: ClaimedRow): ClaimedTask {
  const set: Pick<TaskRow, ClaimSets> = {
    state: TaskState.Started,
    result: '',
    result_message: null,
    updated: row.last_started as Date,
  };
  return {
    task: toTask(Object.assign(row, set)),
    checkpoint: row.checkpoint,
    fileAttempt: row.file_attempt,
    waitedSeconds: row.waited ?? undefined,
    trace: traceOfRow(row),
  };
}

/** The end of a run. */
export interface RunCompletion {
  readonly taskId: number;
  /** The run's fencing token. */
  readonly attempt: number;
  readonly outcome: RunOutcome['kind'];
  /** The error that ended it; `undefined` if none did. */
  readonly error?: AttemptError | undefined;
  /** The new state of the task: an ended one, or New for another run. */
  readonly to: StoredState;
  /** Result; `null` keeps the stored one. */
  readonly result: Text | null;
  readonly failures: number;
  readonly losses: number;
  readonly progressPercent: number | null;
  /** `null` keeps the stored one. */
  readonly progressDescription: Text | null;
  readonly fileName: string | null;
  /** Seconds until the next run, and an id if the stager must promote it then; `null` if there is no next run. */
  readonly next: { readonly jobId: string | null; readonly delaySeconds: number } | null;
  /** True if the run was claimed but never started, so that it is not counted. */
  readonly neverBegan?: boolean;
  /** The process that reports the end, and the reason, for the audit log. */
  readonly nodeId: string;
  /** The process that had the lease, if it is another one. */
  readonly leaseOwner?: string | undefined;
  readonly reason: Message;
}

/** The outcome of an attempt by that of its run, unless a stop was requested. */
const RECORDED = {
  returned: AttemptOutcome.Succeeded,
  failed: AttemptOutcome.Failed,
  interrupted: AttemptOutcome.HandedBack,
  lost: AttemptOutcome.Expired,
} as const;

/** A task after the end of its run was written. */
export interface FinishedTask {
  readonly taskId: number;
  readonly tenant: string;
  readonly isInternal: boolean;
  readonly priority: number;
  /** The parent; null if a caller or the server has started the task. */
  readonly parentId: number | null;
  /** The new state: Failed instead of the requested one if a stop was requested. */
  readonly state: StoredState;
  /** The stop request as text, with its caller and time; null if there was none. */
  readonly stopNote: Message | null;
  /** Duration of the run by the database's clock, in seconds; 0 if it never started. */
  readonly seconds: number;
  /** Number of runs of the task. */
  readonly runs: number;
}

/**
 * Writes the ends of many runs, their audit rows and their attempts in one statement. A run that has lost its lease (the
 * task has another attempt, or is not Started) writes nothing. If a stop was requested, the task is Failed with the stop
 * request as its Result, regardless of the outcome of the run.
 *
 * @returns the updated tasks
 */
export async function finishRuns(
  db: Kysely<Schema>,
  ends: readonly RunCompletion[],
): Promise<FinishedTask[]> {
  const { ids, indexes, variants } = deduplicate(ends);
  const written = await sql<{
    id: number;
    tenant: string;
    is_internal: boolean;
    priority: number;
    parent_id: number | null;
    state: number;
    stop_note: string | null;
    stop_message: MessageData | null;
    seconds: number;
    runs: number;
  }>`
    with written as (
      update batchline.task as t set
        state = case when t.stop_note is null then d.to_state else ${TaskState.Failed} end,
        result = coalesce(t.stop_note, d.result, t.result),
        result_message = case
          when t.stop_note is not null then t.stop_message
          when d.result is not null then d.result_message
          else t.result_message
        end,
        start_count = t.start_count - d.starts,
        last_started = case when d.starts = 1 and t.start_count = 1 then null else t.last_started end,
        failures = d.failures,
        losses = d.losses,
        progress_percent = coalesce(d.percent, t.progress_percent),
        progress_description = coalesce(d.progress, t.progress_description),
        progress_message = case when d.progress is null then t.progress_message else d.progress_message end,
        file_name = coalesce(d.file_name, t.file_name),
        job_id = case when t.stop_note is null then d.job_id end,
        run_after = ${secondsFromNow(sql`case when t.stop_note is null then d.delay else 0 end`)},
        lease_owner = null,
        lease_until = null,
        updated = now(), updated_by = 0, updated_count = t.updated_count + 1
      from unnest(${intArray(ids)}::int[], ${intArray(indexes)}::int[]) as i (id, variant)
      join json_to_recordset(${JSON.stringify(variants)}::text::json) as d (
        variant int, attempt int, to_state smallint, result text, result_message jsonb, failures int, losses int,
        percent smallint, progress text, progress_message jsonb, file_name text, job_id uuid, delay float8, starts int,
        node_id text, reason text, reason_message jsonb, worker text, outcome smallint, error jsonb
      ) on d.variant = i.variant
      where t.id = i.id and t.attempt = d.attempt and t.state = ${TaskState.Started}
      returning t.id, t.tenant, t.is_internal, t.priority, t.parent_id, t.state, t.stop_note, t.stop_message,
        coalesce(extract(epoch from t.updated - t.last_started), 0)::float8 as seconds, t.start_count as runs,
        t.attempt, d.node_id, d.reason, d.reason_message, d.worker, d.outcome, d.error, d.delay, d.starts,
        t.progress_percent, t.progress_description, t.progress_message,
        -- The row as it was: a run that never began leaves no start.
        case when d.starts = 0 then t.last_started
          else (select o.last_started from batchline.task as o where o.id = t.id) end as claimed
    ),
    recorded as (
      insert into ${INTO_ATTEMPTS}
      select w.id, w.attempt, w.worker, w.claimed, case when w.starts = 0 then w.claimed end,
        case when w.stop_note is null or w.outcome = ${AttemptOutcome.Expired} then w.outcome
          else ${AttemptOutcome.Stopped}::smallint end,
        -- A run that ends at its AbortSignal throws the reason of the signal, which is no error.
        case when w.stop_note is null or w.error ->> 'class' <> 'RunEnded' then w.error end, w.progress_percent, w.progress_description, w.progress_message,
        case when w.state = ${TaskState.New} then w.delay end,
        coalesce(w.stop_note, w.reason), case when w.stop_note is null then w.reason_message else w.stop_message end
      from written as w
    ),
    audited as (
      insert into ${INTO_AUDIT}
      select w.id, w.tenant, 0, w.node_id, ${TaskState.Started}::smallint, w.state, w.attempt,
        coalesce(w.stop_note, w.reason), case when w.stop_note is null then w.reason_message else w.stop_message end,
        case when w.stop_note is not null then true end
      from written as w
    )
    select w.id, w.tenant, w.is_internal, w.priority, w.parent_id, w.state, w.stop_note, w.stop_message, w.seconds, w.runs
    from written as w ${PREPARED}`.execute(db);
  return written.rows.map((row) => ({
    taskId: row.id,
    tenant: row.tenant,
    isInternal: row.is_internal,
    priority: row.priority,
    parentId: row.parent_id,
    state: storedStateOf(row.state),
    stopNote: row.stop_note === null ? null : noteOf(row.stop_note, row.stop_message),
    seconds: row.seconds,
    runs: row.runs,
  }));
}

/** Formats numbers as an array of PostgreSQL, which takes `pg` several times as long. */
function intArray(numbers: readonly number[]): string {
  return `{${numbers.join()}}`;
}

/** Deduplicates ends, because many runs often end alike: the variants, and for each task the index of its variant. */
function deduplicate(ends: readonly RunCompletion[]) {
  const known = new Map<string, number>();
  const variants: object[] = [];
  const indexes: number[] = [];
  let last: RunCompletion | undefined;
  for (const end of ends) {
    const isLikeLast = last !== undefined && endsAlike(end, last);
    last = end;
    if (isLikeLast) {
      indexes.push(indexes.at(-1) ?? 0);
      continue;
    }
    const variant = {
      attempt: end.attempt,
      to_state: TaskState[end.to],
      result: plainOf(end.result),
      result_message: messageOf(end.result),
      failures: end.failures,
      losses: end.losses,
      percent: end.progressPercent,
      progress: plainOf(end.progressDescription),
      progress_message: messageOf(end.progressDescription),
      file_name: end.fileName,
      job_id: end.next?.jobId ?? null,
      delay: end.next?.delaySeconds ?? 0,
      starts: end.neverBegan ? 1 : 0,
      node_id: end.nodeId,
      reason: inEnglish(end.reason),
      reason_message: keptMessage(end.reason),
      worker: end.leaseOwner ?? end.nodeId,
      outcome: RECORDED[end.outcome],
      error: end.error ?? null,
    };
    const key = JSON.stringify(variant);
    const index = known.get(key) ?? variants.length;
    if (index === variants.length) variants.push({ variant: index, ...variant });
    known.set(key, index);
    indexes.push(index);
  }
  return { ids: ends.map((end) => end.taskId), indexes, variants };
}

/** True if two ends differ only in their tasks. Compares objects by identity, so it misses some. */
function endsAlike(a: RunCompletion, b: RunCompletion): boolean {
  return (
    a.attempt === b.attempt &&
    a.outcome === b.outcome &&
    a.error === b.error &&
    a.to === b.to &&
    a.result === b.result &&
    a.failures === b.failures &&
    a.losses === b.losses &&
    a.progressPercent === b.progressPercent &&
    a.progressDescription === b.progressDescription &&
    a.fileName === b.fileName &&
    a.next === b.next &&
    a.neverBegan === b.neverBegan &&
    a.nodeId === b.nodeId &&
    a.leaseOwner === b.leaseOwner &&
    a.reason === b.reason
  );
}

/** Returns the message of a stop request. Texts of earlier releases have no message and are their own template. */
function noteOf(note: string, message: MessageData | null): Message {
  return new Message(message?.template ?? note, message?.values ?? []);
}

/** A heartbeat of a run, with its progress if that has changed. */
export interface SignOfLife {
  readonly taskId: number;
  readonly attempt: number;
  readonly leaseSeconds: number;
  readonly progressPercent: number | null;
  readonly progressDescription: Text | null;
}

/** A run whose lease was renewed. */
export interface StillHeld {
  readonly taskId: number;
  readonly attempt: number;
  /** The stop request as text, with its caller and time; null if there is none. */
  readonly stopNote: string | null;
}

/**
 * Renews the leases of runs and writes their progress, in one statement (the heartbeat of table 243:
 * `updated` and `updatedCount`).
 *
 * @returns the runs whose lease was renewed; the others have lost their lease and must end
 */
export async function renewLeases(db: Kysely<Schema>, signs: readonly SignOfLife[]): Promise<StillHeld[]> {
  const rows = signs.map((sign) => ({
    id: sign.taskId,
    attempt: sign.attempt,
    lease: sign.leaseSeconds,
    percent: sign.progressPercent,
    progress: plainOf(sign.progressDescription),
    message: messageOf(sign.progressDescription),
  }));
  const held = await sql<{ id: number; attempt: number; stop_note: string | null }>`
    update batchline.task as t set
      lease_until = ${secondsFromNow(sql`d.lease`)},
      progress_percent = coalesce(d.percent, t.progress_percent),
      progress_description = coalesce(d.progress, t.progress_description),
      progress_message = case when d.progress is null then t.progress_message else d.message end,
      updated = now(), updated_by = 0, updated_count = t.updated_count + 1
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as d (
      id int, attempt int, lease int, percent smallint, progress text, message jsonb
    )
    where t.id = d.id and t.attempt = d.attempt and t.state = ${TaskState.Started}
    returning t.id, t.attempt, t.stop_note ${PREPARED}`.execute(db);
  return held.rows.map((row) => ({ taskId: row.id, attempt: row.attempt, stopNote: row.stop_note }));
}

/**
 * Stores the checkpoint of a run. In a transaction it also locks the task.
 *
 * @param json the checkpoint from `checkpointJson`
 * @param withFile true if it belongs to the result file of this attempt
 * @returns false if the run has lost its lease, so that nothing was written
 */
export async function writeCheckpoint(
  db: Kysely<Schema>,
  taskId: number,
  attempt: number,
  json: string,
  withFile = false,
): Promise<boolean> {
  const { rows } = await sql`
    update batchline.task set
      checkpoint = ${json}::text::jsonb,
      file_attempt = case when ${withFile} then attempt else file_attempt end
    where id = ${taskId} and attempt = ${attempt} and state = ${TaskState.Started}
    returning id`.execute(db);
  return rows.length === 1;
}
