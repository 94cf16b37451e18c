import { randomUUID } from 'node:crypto';
import { type Kysely, sql, type Transaction } from 'kysely';
import { inEnglish, type Message, messageOf, plainOf, type Text } from '../../core/message.ts';
import { type BatchTask, CancellationBehaviour, type NewTask, type TaskTexts } from '../../core/task.ts';
import { type StoredState, TaskState } from '../../core/task-state.ts';
import type { TraceContext } from '../../core/tracing.ts';
import type { Schema } from '../schema.ts';
import { PREPARED, secondsFromNow } from '../sql.ts';
import { INTO_AUDIT_OF_STARTS, keptMessage } from './audit.ts';
import { TASK_COLUMNS, type TaskRow, toTask } from './task.ts';

/** DetailsTable of binary objects (contract, section 1.3). */
export const BINARY_OBJECT_TABLE = 205;

/** A task to insert, with its due time, its priority and the reason for its audit row. */
export interface TaskToInsert {
  readonly task: NewTask;
  /** The associate who starts it. */
  readonly actorId: number;
  /** Any id, for a task that the stager promotes when it is due; null if it is available at once. */
  readonly jobId: string | null;
  /** Seconds until it is due. */
  readonly delaySeconds: number;
  /** The instant when it is due, if the caller named one; overrides `delaySeconds`. */
  readonly dueAt?: Date | undefined;
  /** Tasks with a higher priority run first. */
  readonly priority: number;
  /** Trace context of its start; null if it has none. */
  readonly trace: TraceContext | null;
  readonly reason: Message;
  /** The schedule that starts it. */
  readonly scheduleId?: number | undefined;
}

/**
 * Inserts tasks in state New, their ParameterObjects as binary objects that DetailsTable and DetailsRecord refer to
 * (contract, section 1), and their audit rows, in one statement, which needs no explicit transaction.
 *
 * @returns the new ids, in the order of the tasks
 */
export async function insertTasks(db: Kysely<Schema>, tasks: readonly TaskToInsert[]): Promise<number[]> {
  const rows = tasks.map(rowOf);
  const { rows: inserted } = await sql<{ id: number }>`
    with given as (
      select d.*, nextval('batchline.task_id_seq')::int as id,
        case when d.content is not null then nextval('batchline.binary_object_id_seq')::int end as object_id
      from json_to_recordset(${JSON.stringify(rows)}::text::json) as d (
        place int, tenant text, name text, owner_id int, is_internal boolean, details_table int, details_record int,
        content text, actor_id int, context text, description text, response text, request text, file_name text,
        cancellation smallint, job_id uuid, priority smallint, run_as jsonb, traceparent text, tracestate text,
        schedule_id int, delay float8, due_at timestamptz, reason text, reason_message jsonb
      )
      order by d.place
    ),
    objects as (
      insert into batchline.binary_object (id, tenant, content)
      select g.object_id, g.tenant, g.content from given as g where g.content is not null
    ),
    tasks as (
      insert into batchline.task (
        id, tenant, name, owner_id, is_internal, details_table, details_record, parameter_object_id, updated_by,
        context, state, description, response, request, file_name, cancellation, job_id, priority, run_as,
        traceparent, tracestate, schedule_id, run_after
      ) overriding system value
      select g.id, g.tenant, g.name, g.owner_id, g.is_internal,
        case when g.object_id is null then g.details_table else ${BINARY_OBJECT_TABLE}::int end,
        coalesce(g.object_id, g.details_record), g.object_id, g.actor_id,
        g.context, ${TaskState.New}::smallint, g.description, g.response, g.request, g.file_name, g.cancellation,
        g.job_id, g.priority, g.run_as, g.traceparent, g.tracestate, g.schedule_id,
        coalesce(greatest(now(), g.due_at), now()) + g.delay * interval '1 second'
      from given as g
    ),
    audited as (
      insert into ${INTO_AUDIT_OF_STARTS}
      select g.id, g.tenant, g.actor_id, null, null, ${TaskState.New}::smallint, 0, g.reason, g.reason_message, null,
        case when not g.is_internal then g.owner_id end, case when not g.is_internal then g.name end
      from given as g order by g.place
    )
    select g.id from given as g order by g.place ${PREPARED}`.execute(db);
  return inserted.map(({ id }) => id);
}

function rowOf(
  { task, actorId, jobId, delaySeconds, dueAt, priority, trace, reason, scheduleId }: TaskToInsert,
  place: number,
) {
  return {
    place,
    tenant: task.tenant,
    name: task.name,
    owner_id: task.ownerId,
    is_internal: task.isInternal,
    details_table: task.detailsTable,
    details_record: task.detailsRecord,
    content: task.content,
    actor_id: actorId,
    context: task.context,
    description: task.description,
    response: task.response,
    request: task.request,
    file_name: task.fileName,
    cancellation: CancellationBehaviour[task.cancellation],
    job_id: jobId,
    priority,
    run_as: task.runAs,
    traceparent: trace?.traceparent ?? null,
    tracestate: trace?.tracestate ?? null,
    schedule_id: scheduleId ?? null,
    delay: dueAt === undefined ? delaySeconds : 0,
    due_at: dueAt ?? null,
    reason: inEnglish(reason),
    reason_message: keptMessage(reason),
  };
}

/** The tasks that a caller may change. It is part of the statement, so that the check and the write are atomic. */
interface ChangeScope {
  /** The tenant; `null` for any. */
  readonly tenant: string | null;
  /** The owner; `null` for any. */
  readonly ownerId: number | null;
}

/** A change of the texts of one task. */
export interface TextChange {
  readonly id: number;
  readonly texts: TaskTexts;
  readonly actorId: number;
  readonly scope: ChangeScope;
  /** The required state of the task; `undefined` accepts any. */
  readonly state: StoredState | undefined;
}

/**
 * Changes the texts of several tasks in one statement, each like `changeTexts` and under its own conditions. It skips
 * locked rows instead of waiting, so that a locked task does not delay the others, and batches cannot deadlock.
 *
 * @param changes at most one for each task
 * @returns the new tasks, in the order of the changes; `undefined` for a task that is not in scope, in another state, or
 *   locked by another transaction
 */
export async function changeManyTexts(
  db: Kysely<Schema>,
  changes: readonly TextChange[],
): Promise<(BatchTask | undefined)[]> {
  const wanted = changes.map(({ id, texts, actorId, scope, state }) => ({
    id,
    ...texts,
    actor_id: actorId,
    tenant: scope.tenant,
    owner_id: scope.ownerId,
    state: state === undefined ? null : TaskState[state],
  }));
  const { rows } = await sql<TaskRow>`
    update batchline.task as t set
      description = coalesce(d.description, t.description),
      response = coalesce(d.response, t.response),
      request = coalesce(d.request, t.request),
      updated = now(),
      updated_by = d.actor_id,
      updated_count = t.updated_count + 1
    from (
      select w.* from json_to_recordset(${JSON.stringify(wanted)}::text::json) as w (
        id int, description text, response text, request text, actor_id int, tenant text, owner_id int, state int
      )
      join batchline.task as held on held.id = w.id
      -- The same as the join, but the planner knows that these are few.
      where held.id = any (${changes.map(({ id }) => id)}::int[])
        and (w.tenant is null or held.tenant = w.tenant)
        and (w.owner_id is null or held.owner_id = w.owner_id)
        and (w.state is null or held.state = w.state)
      for update of held skip locked
    ) as d
    where t.id = d.id
    returning ${TASK_COLUMNS} ${PREPARED}`.execute(db);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return changes.map(({ id }) => {
    const row = byId.get(id);
    return row && toTask(row);
  });
}

/**
 * Writes the given ones of Description, Response and Request, and `updated`: a PUT that does not change State (contract,
 * section 2).
 *
 * @returns the new task; `undefined` if there is none
 */
export async function changeTexts(
  db: Kysely<Schema>,
  id: number,
  texts: TaskTexts,
  actorId: number,
): Promise<BatchTask | undefined> {
  const { rows } = await sql<TaskRow>`
    update batchline.task as t set
      description = coalesce(${texts.description ?? null}::text, t.description),
      response = coalesce(${texts.response ?? null}::text, t.response),
      request = coalesce(${texts.request ?? null}::text, t.request),
      updated = now(),
      updated_by = ${actorId},
      updated_count = t.updated_count + 1
    where t.id = ${id}
    returning ${TASK_COLUMNS} ${PREPARED}`.execute(db);
  return rows[0] && toTask(rows[0]);
}

/**
 * Sets the DetailsTable of tasks with a ParameterObject to 205 if an older release wrote 189 (migration 0023), for at
 * most `limit` tasks. Skips locked tasks.
 *
 * @returns the number of updated tasks
 */
export async function moveDetails(db: Kysely<Schema>, limit: number): Promise<number> {
  const { rows } = await sql`
    update batchline.task set details_table = ${BINARY_OBJECT_TABLE}
    where id in (
      select id from batchline.task
      where details_table = 189 and parameter_object_id is not null
      order by id limit ${limit}
      for update skip locked
    )
    returning id`.execute(db);
  return rows.length;
}

/** The result of `writePlan`. */
interface WrittenPlan {
  readonly attempt: number;
  /** Seconds until the task is due; 0 if it is. */
  readonly seconds: number;
}

/**
 * Changes the priority or the due time of a locked New task. If it is due later, the stager promotes it.
 *
 * @param plan `undefined` keeps a value; the due time is a time, or seconds from now
 */
export async function writePlan(
  trx: Transaction<Schema>,
  id: number,
  { priority, due }: { readonly priority?: number | undefined; readonly due?: Date | number | undefined },
  actorId: number,
): Promise<WrittenPlan> {
  const planned = due === undefined ? undefined : await plannedTime(trx, due);
  const { rows } = await sql<WrittenPlan>`
    update batchline.task as t set
      priority = coalesce(${priority ?? null}::int, t.priority),
      run_after = ${planned === undefined ? sql`t.run_after` : sql`${planned.due}::timestamptz`},
      job_id = ${planned === undefined ? sql`t.job_id` : sql`${planned.isLater ? randomUUID() : null}::uuid`},
      updated = now(), updated_by = ${actorId}, updated_count = t.updated_count + 1
    where t.id = ${id}
    returning t.attempt, greatest(0, extract(epoch from t.run_after - t.updated))::float8 as seconds`.execute(
    trx,
  );
  return rows[0] ?? { attempt: 0, seconds: 0 };
}

/** Returns the due time, not before now, and whether it is later. @param due a time, or seconds from now */
async function plannedTime(
  trx: Transaction<Schema>,
  due: Date | number,
): Promise<{ readonly due: Date; readonly isLater: boolean }> {
  const time = due instanceof Date ? sql`${due}::timestamptz` : secondsFromNow(sql`${due}::float8`);
  const { rows } = await sql<{ due: Date; isLater: boolean }>`
    select p.due, p.due > now() as "isLater" from (select greatest(now(), ${time}) as due) as p`.execute(trx);
  return rows[0] ?? { due: new Date(), isLater: false };
}

/** A transition that is not the end of a run. */
export interface TaskTransition extends TaskTexts {
  readonly id: number;
  readonly to: StoredState;
  readonly actorId: number;
  /** Replaces Result; `undefined` keeps it. */
  readonly result?: Text | undefined;
  /** True if a stop ends the task; its request is `result`. */
  readonly stops?: boolean | undefined;
  /** Clears the checkpoint and the progress of earlier runs. */
  readonly reset?: boolean | undefined;
}

/**
 * Writes a transition to the row of a locked task, with the given texts. `transitionTask` writes everything else. The
 * lease ends. A transition to Started increments StartCount and the attempt. An active run is fenced off, because its
 * task is not Started or has another attempt.
 */
export async function writeTransition(
  trx: Transaction<Schema>,
  transition: TaskTransition,
): Promise<BatchTask> {
  const starts = transition.to === 'Started';
  const result = plainOf(transition.result ?? null);
  const resultMessage = messageOf(transition.result ?? null);
  const storedMessage = resultMessage && JSON.stringify(resultMessage);
  const stops = transition.stops ?? false;
  const { rows } = await sql<TaskRow>`
    update batchline.task as t set
      state = ${TaskState[transition.to]},
      description = coalesce(${transition.description ?? null}::text, t.description),
      response = coalesce(${transition.response ?? null}::text, t.response),
      request = coalesce(${transition.request ?? null}::text, t.request),
      result = coalesce(${result}::text, t.result),
      result_message = case
        when ${result}::text is null then t.result_message
        else ${storedMessage}::text::jsonb
      end,
      last_started = ${starts ? sql`now()` : sql`t.last_started`},
      start_count = t.start_count + case when ${starts} then 1 else 0 end,
      attempt = t.attempt + case when ${starts} then 1 else 0 end,
      failures = case when ${transition.to === 'New'} then 0 else t.failures end,
      losses = case when ${transition.to === 'New'} then 0 else t.losses end,
      checkpoint = case when ${transition.reset ?? false} then null else t.checkpoint end,
      progress_percent = case when ${transition.reset ?? false} then 0 else t.progress_percent end,
      progress_description = case when ${transition.reset ?? false} then '' else t.progress_description end,
      progress_message = case when ${transition.reset ?? false} then null else t.progress_message end,
      job_id = null,
      run_after = now(),
      lease_owner = null,
      lease_until = null,
      stop_note = case when ${stops} then ${result}::text end,
      stop_message = case when ${stops} then ${storedMessage}::text::jsonb end,
      updated = now(),
      updated_by = ${transition.actorId},
      updated_count = t.updated_count + 1
    where t.id = ${transition.id}
    returning ${TASK_COLUMNS}`.execute(trx);
  const row = rows[0];
  if (row === undefined) throw new Error(`Task ${transition.id} was deleted although it is locked.`);
  return toTask(row);
}

/**
 * Requests a stop of a running task. Its run ends it, or the rescuer if the run is lost.
 *
 * @param note the caller and time, as text; the first request is kept
 */
export async function requestStop(
  trx: Transaction<Schema>,
  id: number,
  actorId: number,
  note: Message,
): Promise<void> {
  await sql`
    update batchline.task set
      stop_message = case when stop_note is null then ${JSON.stringify(note)}::text::jsonb else stop_message end,
      stop_note = coalesce(stop_note, ${inEnglish(note)}),
      updated = now(), updated_by = ${actorId}, updated_count = updated_count + 1
    where id = ${id}`.execute(trx);
}

/** Sets the name of the result file of a task. Returns false if the run has lost its lease, so that nothing was written. */
export async function setFileName(
  db: Kysely<Schema>,
  taskId: number,
  attempt: number,
  fileName: string,
): Promise<boolean> {
  const { rows } = await sql`
    update batchline.task set file_name = ${fileName}
    where id = ${taskId} and attempt = ${attempt} and state = ${TaskState.Started}
    returning id`.execute(db);
  return rows.length === 1;
}
