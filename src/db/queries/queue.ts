import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import { message } from '../../core/message.ts';
import type { BatchTask } from '../../core/task.ts';
import { TaskState } from '../../core/task-state.ts';
import { type TraceContext, traceOfRow } from '../../core/trace-context.ts';
import type { Schema } from '../schema.ts';
import { INTO_AUDIT } from './audit.ts';
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
}

const CLAIMED = message`Claimed.`;
/** What it holds is the run's number. */
const BEGUN = message`Run ${0} begins.`;

/**
 * Claims and starts available tasks of a definition: New, with no `job_id`, by priority, then oldest first. Each is
 * claimed once, however many processes claim. One statement, which also writes the audit rows; an index finds each task
 * in one step.
 *
 * @param limit the most tasks
 */
export async function claimAvailable(
  db: Kysely<Schema>,
  nodeId: string,
  leaseSeconds: number,
  gate: SeenGate,
  limit: number,
): Promise<ClaimedTask[]> {
  const ready = sql`
    select t.id, t.job_id from batchline.task as t
    where t.name = ${gate.name} and t.state = ${sql.lit(TaskState.New)} and t.job_id is null and ${isOpen(gate)}
    order by t.priority desc, t.id
    limit ${limit}
    for update of t skip locked`;
  return claim(db, ready, nodeId, leaseSeconds);
}

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
    select t.id, t.job_id from json_to_recordset(${JSON.stringify(wanted)}::text::json) as w (id int, job_id uuid)
    join batchline.task as t on t.id = w.id and t.job_id is not distinct from w.job_id
    where t.state = ${sql.lit(TaskState.New)} and ${isOpen(gate)}
    for update of t`;
  return claim(trx, delivered, nodeId, leaseSeconds);
}

function isOpen({ name, version }: SeenGate): RawBuilder<boolean> {
  return sql`${version} = coalesce(
    (select c.version from batchline.definition_control as c where c.name = ${name}), 0)`;
}

/**
 * The attempt grows with the claim and StartCount with the start; the lease begins. The record has both moves, New to
 * Aquired by the owner and Aquired to Started by the run.
 *
 * @param due locks the rows
 */
async function claim(
  db: Kysely<Schema>,
  due: RawBuilder<unknown>,
  nodeId: string,
  leaseSeconds: number,
): Promise<ClaimedTask[]> {
  const { rows } = await sql<ClaimedRow & { readonly waited: number }>`
    with due as (${due}),
    claimed as (
      update batchline.task as t set
        state = ${TaskState.Started},
        attempt = t.attempt + 1,
        start_count = t.start_count + 1,
        last_started = now(),
        result = '',
        result_message = null,
        lease_owner = ${nodeId},
        lease_until = now() + ${leaseSeconds}::float8 * interval '1 second',
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
    )
    select * from claimed`.execute(db);
  return rows.map((row) => ({
    task: toTask(row),
    checkpoint: row.checkpoint,
    fileAttempt: row.file_attempt,
    waitedSeconds: row.waited,
    trace: traceOfRow(row),
  }));
}
