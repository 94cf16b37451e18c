import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { RunAs } from '../../core/access.ts';
import type { MessageData } from '../../core/message.ts';
import { type BatchTask, cancellationOf, type Parameters } from '../../core/task.ts';
import {
  ACTIVE_STATES,
  isActive,
  type StoredState,
  storedStateOf,
  TaskState,
} from '../../core/task-state.ts';
import { type BoundedRow, boundedRows, type Rows, withinBytes } from '../list-reads.ts';
import type { Schema } from '../schema.ts';
import { PREPARED } from '../sql.ts';

/** Returns the task with this id, or `undefined`. It does not check rights. */
export async function getTask(db: Kysely<Schema>, id: number): Promise<BatchTask | undefined> {
  const { rows } =
    await sql<TaskRow>`select ${TASK_COLUMNS} from batchline.task as t where t.id = ${id} ${PREPARED}`.execute(
      db,
    );
  return rows[0] && toTask(rows[0]);
}

/** Returns the tasks with these ids, in the same order; `undefined` for one that doesn't exist. It does not check rights. */
export async function getTasks(
  db: Kysely<Schema>,
  ids: readonly number[],
): Promise<(BatchTask | undefined)[]> {
  const { rows } = await sql<TaskRow>`
    select ${TASK_COLUMNS} from batchline.task as t where t.id = any (${ids}::int[]) ${PREPARED}`.execute(db);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => {
    const row = byId.get(id);
    return row && toTask(row);
  });
}

/** A locked task with its lease. */
export interface LeasedTask {
  readonly task: BatchTask;
  /** The process that runs it; null if none does, or a client has set State itself. */
  readonly leaseOwner: string | null;
  readonly priority: number;
  /** The stop request as text, with its caller and time; null if there is none. */
  readonly stopNote: string | null;
}

type LeasedRow = TaskRow & {
  job_id: string | null;
  lease_owner: string | null;
  stop_note: string | null;
  priority: number;
};

/** Reads and locks a task for a transition. */
export async function lockTask(trx: Kysely<Schema>, id: number): Promise<LeasedTask | undefined> {
  const { rows } = await sql<LeasedRow>`
    select ${TASK_COLUMNS}, t.job_id, t.lease_owner, t.stop_note, t.priority from batchline.task as t where t.id = ${id} for update of t ${PREPARED}`.execute(
    trx,
  );
  const row = rows[0];
  return (
    row && {
      task: toTask(row),
      leaseOwner: row.lease_owner,
      stopNote: row.stop_note,
      priority: row.priority,
    }
  );
}

/** Counts the tasks of a definition that have not ended. */
export async function countLiveTasks(db: Kysely<Schema>, name: string): Promise<number> {
  const { rows } = await sql<{ tasks: number }>`
    select
      (select count(*) from batchline.task as t where t.name = ${name} and t.state = ${sql.lit(TaskState.New)})::int
      + (select count(*) from batchline.task as t where t.name = ${name} and ${IS_ACTIVE})::int as tasks`.execute(
    db,
  );
  return rows[0]?.tasks ?? 0;
}

/** Filter of a list of tasks. All given conditions apply. */
export interface TaskFilter {
  /** The tenant; `null` for all. */
  readonly tenant: string | null;
  readonly ownerIds?: readonly number[] | undefined;
  /** Compared regardless of case. */
  readonly name?: string | undefined;
  readonly state?: StoredState | undefined;
  /** Only tasks after this id (oldest first) or before it (newest first). */
  readonly beyondId?: number | undefined;
}

/**
 * Lists tasks by id.
 *
 * @param order `newest` first for the lists of the API (contract, section 3), `oldest` first for exports
 * @param limit the maximum number of tasks; fewer are returned if their texts are long
 */
export async function listTasks(
  db: Kysely<Schema>,
  filter: TaskFilter,
  order: 'newest' | 'oldest',
  limit: number,
): Promise<Rows<BatchTask>> {
  const conditions: RawBuilder<unknown>[] = [sql`true`];
  if (filter.tenant !== null) conditions.push(sql`t.tenant = ${filter.tenant}`);
  if (filter.ownerIds?.length === 1) conditions.push(sql`t.owner_id = ${filter.ownerIds[0]}`);
  else if (filter.ownerIds !== undefined) {
    conditions.push(
      sql`t.owner_id in (select value::int from json_array_elements_text(${JSON.stringify(filter.ownerIds)}::text::json))`,
    );
  }
  if (filter.name !== undefined)
    conditions.push(sql`batchline.fold(t.name) = batchline.fold(${filter.name})`);
  if (filter.state !== undefined) conditions.push(sql`t.state = ${TaskState[filter.state]}`);
  if (filter.beyondId !== undefined) {
    conditions.push(order === 'newest' ? sql`t.id < ${filter.beyondId}` : sql`t.id > ${filter.beyondId}`);
  }
  const descending = order === 'newest' ? sql`desc` : sql`asc`;
  const parts = partsOf(filter.state).map(
    (part) => sql`(
      select t.* from ${sourceOf(part, conditions)} order by t.id ${descending} limit ${limit + 1})`,
  );
  const query = sql`(${sql.join(parts, sql` union all `)})`;
  const bounded = withinBytes({ query, bytes: TASK_BYTES, order: sql`r.id ${descending}`, limit });
  const { rows } = await sql<TaskRow & BoundedRow>`
    select ${TASK_COLUMNS}, t.list_found from ${bounded} as t order by t.id ${descending}`.execute(db);
  return boundedRows(rows, toTask);
}

/** Reads all active tasks, which are few: for `order by id limit` the planner would scan the primary key. */
function sourceOf(
  part: RawBuilder<boolean>,
  conditions: readonly RawBuilder<unknown>[],
): RawBuilder<unknown> {
  const tasks = sql`batchline.task as t where ${part} and ${sql.join(conditions, sql` and `)}`;
  return part === IS_ACTIVE ? sql`(select t.* from ${tasks} offset 0) as t` : tasks;
}

function partsOf(state: StoredState | undefined): readonly RawBuilder<boolean>[] {
  if (state === undefined) return [IS_INACTIVE, IS_ACTIVE];
  return [isActive(state) ? IS_ACTIVE : IS_INACTIVE];
}

/** Returns the ids of those tasks that exist and have not ended. */
export async function liveTasks(db: Kysely<Schema>, ids: readonly number[]): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`
    select id from batchline.task
    where id in (select value::int from json_array_elements_text(${JSON.stringify(ids)}::text::json))
      and state in (${TaskState.New}, ${TaskState.Aquired}, ${TaskState.Started})`.execute(db);
  return new Set(rows.map((row) => row.id));
}

/**
 * Returns the rights that a task was started with; null if none are stored, or there is no such task.
 *
 * They are not read with the task, because most runs never need them.
 */
export async function readRunAs(db: Kysely<Schema>, taskId: number): Promise<RunAs | null> {
  const row = await db
    .selectFrom('batchline.task')
    .select('run_as')
    .where('id', '=', taskId)
    .executeTakeFirst();
  return row?.run_as ?? null;
}

/** Sets the rights of a locked task. */
export async function writeRunAs(trx: Kysely<Schema>, taskId: number, runAs: RunAs): Promise<void> {
  await sql`
    update batchline.task set run_as = ${JSON.stringify(runAs)}::text::jsonb where id = ${taskId}`.execute(
    trx,
  );
}

/** A row as `TASK_COLUMNS` selects it. */
export interface TaskRow {
  readonly id: number;
  readonly tenant: string;
  readonly name: string;
  readonly owner_id: number;
  readonly is_internal: boolean;
  readonly details_table: number;
  readonly details_record: number;
  readonly parameters: string | null;
  readonly created: Date;
  readonly updated: Date;
  readonly updated_count: number;
  readonly last_started: Date | null;
  readonly start_count: number;
  readonly context: string;
  readonly result: string;
  readonly result_message: MessageData | null;
  readonly state: number;
  readonly description: string;
  readonly response: string;
  readonly request: string;
  readonly progress_description: string;
  readonly progress_message: MessageData | null;
  readonly progress_percent: number;
  readonly file_name: string;
  readonly cancellation: number;
  readonly attempt: number;
  readonly failures: number;
  readonly losses: number;
  readonly parent_id: number | null;
}

/** The columns of `TASK_COLUMNS` whose values a claim doesn't set itself. */
export const CLAIMED_COLUMNS = sql`
  t.id, t.tenant, t.name, t.owner_id, t.is_internal, t.details_table, t.details_record,
  (select b.content from batchline.binary_object b where b.id = t.parameter_object_id) as parameters,
  t.created, t.updated_count, t.last_started, t.start_count, t.context, t.description, t.response, t.request,
  t.progress_description, t.progress_message, t.progress_percent, t.file_name, t.cancellation, t.attempt, t.failures,
  t.losses, t.parent_id`;

/** The columns of `batchline.task as t` that `toTask` needs. */
export const TASK_COLUMNS = sql<TaskRow>`${CLAIMED_COLUMNS}, t.updated, t.result, t.result_message, t.state`;

/** Approximate size in bytes of a row `r` of `batchline.task`, from the texts that may be long. */
export const TASK_BYTES = sql<number>`
  octet_length(r.context) + octet_length(r.result) + octet_length(r.description) + octet_length(r.response)
  + octet_length(r.request) + octet_length(r.progress_description) + 1000
  + coalesce((select octet_length(b.content) from batchline.binary_object b where b.id = r.parameter_object_id), 0)`;

/** Maps a row to a task. */
export function toTask(row: TaskRow): BatchTask {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    ownerId: row.owner_id,
    isInternal: row.is_internal,
    detailsTable: row.details_table,
    detailsRecord: row.details_record,
    parameters: row.parameters === null ? null : (JSON.parse(row.parameters) as Parameters),
    created: row.created,
    updated: row.updated,
    updatedCount: row.updated_count,
    lastStarted: row.last_started,
    startCount: row.start_count,
    context: row.context,
    result: row.result,
    resultMessage: row.result_message,
    state: storedStateOf(row.state),
    description: row.description,
    response: row.response,
    request: row.request,
    progressDescription: row.progress_description,
    progressMessage: row.progress_message,
    progressPercent: row.progress_percent,
    fileName: row.file_name,
    cancellation: cancellationOf(row.cancellation),
    attempt: row.attempt,
    failures: row.failures,
    losses: row.losses,
    parentId: row.parent_id,
  };
}

const HELD = sql.raw(ACTIVE_STATES.map((state) => TaskState[state]).join(', '));

/**
 * Matches active tasks (Aquired or Started), through the index `task_held`, which contains only those. The indexes of
 * lists exclude active tasks, so that claims and heartbeats don't write to them (docs/decisions/0021-held-tasks.md); a
 * list is the union of active and inactive tasks.
 */
export const IS_ACTIVE = sql<boolean>`t.state::int in (${HELD})`;

/** Matches parents that wait for their children. */
export const IS_WAITING = sql<boolean>`t.state = ${sql.lit(TaskState.Started)} and t.lease_owner is null`;

/**
 * The `from` and `where` clauses of parents that wait and whose children have all ended: `f` are their counts, `t` the tasks.
 * Append further conditions with `and`. Without any such parent, it reads nothing else.
 */
export const FROM_READY_PARENTS = sql`batchline.task_family as f
  join batchline.task as t on t.id = f.parent_id and t.job_id = f.job_id
  where exists (select 1 from batchline.task_family as o where o.ready_since is not null)
    and f.ready_since is not null and ${IS_WAITING}`;

/** Matches inactive tasks, through the indexes of lists. */
export const IS_INACTIVE = sql<boolean>`t.state not in (${HELD})`;

/** The messages of the stops of 0.2.0, which stored only these for tasks that no process ran. They never change. */
const STOPS_OF_0_2 = sql`(
  'Stopped by {0} (associate {1}) at {2}.', 'Stopped with batch task {0}. {1}',
  'Stopped: another child of batch task {0} has failed.',
  '{0} {1} of its children can''t be cancelled and go on.')`;

/** True if a stop ended `batchline.task as t`, whose state is Failed then. The index `task_stopped` has these tasks. */
export const IS_STOPPED = sql<boolean>`(t.state = ${sql.lit(TaskState.Failed)} and (t.stop_note is not null
  or coalesce(t.result_message ->> 'template' in ${STOPS_OF_0_2}, false)))`;

/** The same for a row of the history, `batchline.task_audit as a`. */
export const IS_STOP = sql<boolean>`(a.to_state = ${sql.lit(TaskState.Failed)} and coalesce(a.stopped,
  a.reason_message ->> 'template' in ${STOPS_OF_0_2}, false))`;
