import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
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
import { type TraceContext, traceOfRow } from '../../core/trace-context.ts';
import type { Schema } from '../schema.ts';
import { INTO_ATTEMPTS } from './attempt.ts';
import { INTO_AUDIT, keptMessage } from './audit.ts';
import { TASK_COLUMNS, type TaskRow, toTask } from './task-row.ts';

/** A delivery: this task is due. */
export interface Delivery {
  readonly taskId: number;
  /** The token that a parent waits by (`task_family.job_id`); null for a task that is available. */
  readonly jobId: string | null;
}

/** The version under which a definition was seen open (`readControls`): under another nothing is claimed. */
export interface SeenGate {
  readonly name: string;
  readonly version: number;
}

/** A task that this process now runs. */
export interface ClaimedTask {
  readonly task: BatchTask;
  readonly checkpoint: unknown;
  /** The attempt whose result file the checkpoint goes with; null for none. */
  readonly fileAttempt: number | null;
  /** Seconds for which it was due; `undefined` where it goes on after it has waited for its children. */
  readonly waitedSeconds: number | undefined;
  /** Where its start stands in a distributed trace; null where in none. */
  readonly trace: TraceContext | null;
}

/** What a claim returns of a task beside the task. */
export interface ClaimedRow extends TaskRow {
  readonly checkpoint: unknown;
  readonly file_attempt: number | null;
  readonly traceparent: string | null;
  readonly tracestate: string | null;
  /** Absent if it continues after it has waited for its children. */
  readonly waited?: number | null;
}

const CLAIMED = message`Claimed.`;
/** What it holds is the run's number. */
const BEGUN = message`Run ${0} begins.`;

/**
 * Claims and starts these tasks if they are New and still have this token.
 *
 * @returns the claimed ones; the others are no longer due
 */
export async function claimTasks(
  trx: Transaction<Schema>,
  deliveries: readonly Delivery[],
  nodeId: string,
  leaseSeconds: number,
  gate: SeenGate,
): Promise<ClaimedTask[]> {
  if (deliveries.length === 0) return [];
  const wanted = deliveries.map((delivery) => ({ id: delivery.taskId, job_id: delivery.jobId }));
  const delivered = sql`
    select t.id, t.job_id, ${leaseSeconds}::float8 as lease from json_to_recordset(${JSON.stringify(wanted)}::text::json) as w (id int, job_id uuid)
    join batchline.task as t on t.id = w.id and t.job_id is not distinct from w.job_id
    where t.state = ${sql.lit(TaskState.New)} and ${isOpen(gate)}
    for update of t`;
  const { rows } = await sql<ClaimedRow>`with ${startDue(delivered, nodeId)} select * from claimed`.execute(
    trx,
  );
  return rows.map(toClaimed);
}

function isOpen({ name, version }: SeenGate): RawBuilder<boolean> {
  return sql`${version} = coalesce(
    (select c.version from batchline.definition_control as c where c.name = ${name}), 0)`;
}

/**
 * The attempt grows with the claim and StartCount with the start; the lease begins. The record has both moves, New to
 * Aquired by the owner and Aquired to Started by the run.
 *
 * @param due locks the rows and returns `id`, `job_id` and `lease`, in seconds
 * @returns the common table expressions of a claim; `claimed` has the rows
 */
export function startDue(due: RawBuilder<unknown>, nodeId: string): RawBuilder<unknown> {
  return sql`
    due as (${due}),
    claimed as (
      update batchline.task as t set
        state = ${TaskState.Started},
        attempt = t.attempt + 1,
        start_count = t.start_count + 1,
        last_started = now(),
        result = '',
        result_message = null,
        lease_owner = ${nodeId},
        lease_until = now() + d.lease * interval '1 second',
        stop_note = null,
        stop_message = null,
        updated = now(), updated_by = 0, updated_count = t.updated_count + 1
      from due as d
      where t.id = d.id
      returning ${TASK_COLUMNS}, t.checkpoint, t.file_attempt, t.traceparent, t.tracestate,
        extract(epoch from now() - t.run_after)::float8 as waited
    ),
    told as (
      insert into ${INTO_AUDIT}
      select c.id, c.tenant, 0, ${nodeId}::text, m.from_state, m.to_state, c.attempt,
        replace(m.reason, '{0}', c.start_count::text),
        case when m.is_counted
          then jsonb_build_object('template', m.reason, 'values', jsonb_build_array(c.start_count)) end
      from claimed as c cross join (values
        (1, ${TaskState.New}::smallint, ${TaskState.Aquired}::smallint, ${CLAIMED.template}::text, false),
        (2, ${TaskState.Aquired}::smallint, ${TaskState.Started}::smallint, ${BEGUN.template}::text, true)
      ) as m (place, from_state, to_state, reason, is_counted)
      order by m.place, c.id
    )`;
}

/** The task of a row that a claim statement has returned. */
export function toClaimed(row: ClaimedRow): ClaimedTask {
  return {
    task: toTask(row),
    checkpoint: row.checkpoint,
    fileAttempt: row.file_attempt,
    waitedSeconds: row.waited ?? undefined,
    trace: traceOfRow(row),
  };
}

/** How a run has ended, as it is written. */
export interface RunCompletion {
  readonly taskId: number;
  /** The run's fencing token. */
  readonly attempt: number;
  readonly outcome: RunOutcome['kind'];
  /** The error that ended it; `undefined` if none did. */
  readonly error?: AttemptError | undefined;
  /** The state that the task goes to: ended, or New for another run. */
  readonly to: StoredState;
  /** Result; `null` leaves it. */
  readonly result: Text | null;
  readonly failures: number;
  readonly losses: number;
  readonly progressPercent: number | null;
  /** `null` leaves it. */
  readonly progressDescription: Text | null;
  readonly fileName: string | null;
  /** Seconds until the next run, and an id if the stager is to promote it then; `null` if there is no next run. */
  readonly next: { readonly jobId: string | null; readonly delaySeconds: number } | null;
  /** Whether the run was claimed and never began, so that it counts as no start. */
  readonly neverBegan?: boolean;
  /** The process that says so, and why, for the record. */
  readonly nodeId: string;
  /** The process that held the task, if that is another one. */
  readonly leaseOwner?: string | undefined;
  readonly reason: Message;
}

/** The outcome of an attempt by that of its run, unless somebody asked to stop the task. */
const RECORDED = {
  returned: AttemptOutcome.Succeeded,
  failed: AttemptOutcome.Failed,
  interrupted: AttemptOutcome.HandedBack,
  lost: AttemptOutcome.Expired,
} as const;

/** A task as it is after its run's end was written. */
export interface FinishedTask {
  readonly taskId: number;
  readonly tenant: string;
  readonly isInternal: boolean;
  readonly priority: number;
  /** The task that has started it; null where a caller or the server has. */
  readonly parentId: number | null;
  /** Not the state that was asked for, where somebody had asked to stop the task: then it is Failed. */
  readonly state: StoredState;
  /** Who had asked to stop it and when, in words; null where nobody had. */
  readonly stopNote: Message | null;
  /** How long the run has lasted, in seconds of the database's clock; 0 where it never began. */
  readonly seconds: number;
  /** How many runs the task has had. */
  readonly runs: number;
}

/**
 * Writes the ends of many runs in one statement, with the audit row and the attempt of each. A run that no longer holds its task (another
 * attempt, or not Started any more) writes nothing. A task that somebody has asked to stop is Failed with the note of
 * the stop as its Result, whatever its run has come to.
 *
 * @returns the tasks that were written
 */
export async function finishRuns(
  db: Kysely<Schema>,
  ends: readonly RunCompletion[],
): Promise<FinishedTask[]> {
  const { ids, places, ways } = grouped(ends);
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
        run_after = now() + case when t.stop_note is null then d.delay else 0 end * interval '1 second',
        lease_owner = null,
        lease_until = null,
        updated = now(), updated_by = 0, updated_count = t.updated_count + 1
      from unnest(${ids}::int[], ${places}::int[]) as i (id, place)
      join json_to_recordset(${JSON.stringify(ways)}::text::json) as d (
        place int, attempt int, to_state smallint, result text, result_message jsonb, failures int, losses int,
        percent smallint, progress text, progress_message jsonb, file_name text, job_id uuid, delay float8, starts int,
        node_id text, reason text, reason_message jsonb, worker text, outcome smallint, error jsonb
      ) on d.place = i.place
      where t.id = i.id and t.attempt = d.attempt and t.state = ${TaskState.Started}
      returning t.id, t.tenant, t.is_internal, t.priority, t.parent_id, t.state, t.stop_note, t.stop_message,
        coalesce(extract(epoch from now() - t.last_started), 0)::float8 as seconds, t.start_count as runs,
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
        w.error, w.progress_percent, w.progress_description, w.progress_message,
        case when w.state = ${TaskState.New} then w.delay end,
        coalesce(w.stop_note, w.reason), case when w.stop_note is null then w.reason_message else w.stop_message end
      from written as w
    ),
    told as (
      insert into ${INTO_AUDIT}
      select w.id, w.tenant, 0, w.node_id, ${TaskState.Started}::smallint, w.state, w.attempt,
        coalesce(w.stop_note, w.reason), case when w.stop_note is null then w.reason_message else w.stop_message end
      from written as w
    )
    select w.id, w.tenant, w.is_internal, w.priority, w.parent_id, w.state, w.stop_note, w.stop_message, w.seconds, w.runs
    from written as w`.execute(db);
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

/** Many runs mostly end in the same way at once, so that little is sent: each way once, and the place of each task's. */
function grouped(ends: readonly RunCompletion[]) {
  const places = new Map<string, number>();
  const ways: object[] = [];
  const placeOf = (end: RunCompletion): number => {
    const way = {
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
    const key = JSON.stringify(way);
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, ways.length);
    return ways.push({ place: ways.length, ...way }) - 1;
  };
  return { ids: ends.map((end) => end.taskId), places: ends.map(placeOf), ways };
}

/** A note that was kept before messages were is its own template. */
function noteOf(note: string, message: MessageData | null): Message {
  return new Message(message?.template ?? note, message?.values ?? []);
}

/** A sign of life of a run, with its latest progress where that has changed. */
export interface SignOfLife {
  readonly taskId: number;
  readonly attempt: number;
  readonly leaseSeconds: number;
  readonly progressPercent: number | null;
  readonly progressDescription: Text | null;
}

/** A run that still holds its task. */
export interface StillHeld {
  readonly taskId: number;
  readonly attempt: number;
  /** Who has asked to stop it and when, in words; null where nobody has. */
  readonly stopNote: string | null;
}

/**
 * Renews the leases of runs and writes their progress, in one statement (the heartbeat of table 243:
 * `updated` and `updatedCount`).
 *
 * @returns the runs that still hold their tasks; the others are lost and must end
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
      lease_until = now() + d.lease * interval '1 second',
      progress_percent = coalesce(d.percent, t.progress_percent),
      progress_description = coalesce(d.progress, t.progress_description),
      progress_message = case when d.progress is null then t.progress_message else d.message end,
      updated = now(), updated_by = 0, updated_count = t.updated_count + 1
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as d (
      id int, attempt int, lease int, percent smallint, progress text, message jsonb
    )
    where t.id = d.id and t.attempt = d.attempt and t.state = ${TaskState.Started}
    returning t.id, t.attempt, t.stop_note`.execute(db);
  return held.rows.map((row) => ({ taskId: row.id, attempt: row.attempt, stopNote: row.stop_note }));
}

/**
 * Keeps a run's checkpoint. In a transaction it also keeps others from taking the task until that ends.
 *
 * @param json the checkpoint as `checkpointJson` makes it
 * @param withFile whether it goes with the result file that this attempt writes
 * @returns false if the run no longer holds the task: nothing has changed
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
