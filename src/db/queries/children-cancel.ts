import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import { inEnglish, Message, type MessageData } from '../../core/message.ts';
import { CancellationBehaviour } from '../../core/task.ts';
import {
  ACTIVE_STATES,
  hasEnded,
  type StoredState,
  storedStateOf,
  TaskState,
} from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';

/** A child to stop. */
export interface LiveChild {
  readonly id: number;
  readonly tenant: string;
  readonly name: string;
  readonly state: StoredState;
  readonly attempt: number;
  /** The process or worker that runs it; null if none does. */
  readonly leaseOwner: string | null;
  readonly isInternal: boolean;
}

const LIVE = sql.join(['New' as const, ...ACTIVE_STATES].map((state) => sql.lit(TaskState[state])));

/** Matches children that have not ended, are cancellable, and have no stop request yet. */
function stoppable(parentId: number): RawBuilder<boolean> {
  return sql`t.parent_id = ${parentId} and t.state in (${LIVE})
    and t.cancellation <> ${CancellationBehaviour.CannotCancel} and t.stop_note is null`;
}

/** Locks children to stop, by id, after `afterId`. Skips locked ones. */
export async function lockStoppable(
  trx: Transaction<Schema>,
  parentId: number,
  afterId: number,
  limit: number,
): Promise<LiveChild[]> {
  const { rows } = await sql<{
    id: number;
    tenant: string;
    name: string;
    state: number;
    attempt: number;
    lease_owner: string | null;
    is_internal: boolean;
  }>`
    select t.id, t.tenant, t.name, t.state, t.attempt, t.lease_owner, t.is_internal
    from batchline.task as t
    where ${stoppable(parentId)} and t.id > ${afterId}
    order by t.id limit ${limit}
    for update of t skip locked`.execute(trx);
  return rows.map((row) => ({
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    state: storedStateOf(row.state),
    attempt: row.attempt,
    leaseOwner: row.lease_owner,
    isInternal: row.is_internal,
  }));
}

/** Returns true if more children must be stopped. */
export async function hasStoppable(db: Kysely<Schema>, parentId: number): Promise<boolean> {
  const { rows } = await sql`select 1 from batchline.task as t where ${stoppable(parentId)} limit 1`.execute(
    db,
  );
  return rows.length > 0;
}

/** Counts the children that continue after a stop, because they can't be cancelled. */
export async function countUnstoppable(db: Kysely<Schema>, parentId: number): Promise<number> {
  const { rows } = await sql<{ children: number }>`
    select count(*)::int as children from batchline.task as t
    where t.parent_id = ${parentId} and t.state in (${LIVE})
      and t.cancellation = ${CancellationBehaviour.CannotCancel}`.execute(db);
  return rows[0]?.children ?? 0;
}

/** Requests a stop of locked tasks, whose runs then end them. */
export async function requestStops(
  trx: Transaction<Schema>,
  ids: readonly number[],
  note: Message,
): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update batchline.task as t set
      stop_note = ${inEnglish(note)},
      stop_message = ${JSON.stringify(note)}::text::jsonb,
      updated = now(), updated_by = 0, updated_count = t.updated_count + 1
    where t.id in (select value::int from json_array_elements_text(${JSON.stringify(ids)}::text::json))`.execute(
    trx,
  );
}

/** Ends locked tasks that no process runs by a stop, in state Failed. */
export async function failIdle(
  trx: Transaction<Schema>,
  ids: readonly number[],
  note: Message,
): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update batchline.task as t set
      state = ${TaskState.Failed},
      result = ${inEnglish(note)},
      result_message = ${JSON.stringify(note)}::text::jsonb,
      stop_note = ${inEnglish(note)},
      stop_message = ${JSON.stringify(note)}::text::jsonb,
      job_id = null,
      run_after = now(),
      updated = now(), updated_by = 0, updated_count = t.updated_count + 1
    where t.id in (select value::int from json_array_elements_text(${JSON.stringify(ids)}::text::json))`.execute(
    trx,
  );
}

/** Returns the reason of a requested stop of children; `undefined` if there is none, or it has reached all children. */
export async function readStopReason(db: Kysely<Schema>, parentId: number): Promise<Message | undefined> {
  const { rows } = await sql<{ reason: MessageData | null }>`
    select f.stop_message as reason from batchline.task_family as f
    where f.parent_id = ${parentId} and f.stopping`.execute(db);
  const reason = rows[0]?.reason;
  return reason ? new Message(reason.template, reason.values) : undefined;
}

/**
 * Records that all children of a task have been stopped. Locks the task before its counters.
 *
 * @returns true if the task is an internal one that has ended, so that nothing needs its row any more
 */
export async function markStopped(trx: Transaction<Schema>, parentId: number): Promise<boolean> {
  const parent = await trx
    .selectFrom('batchline.task')
    .select(['is_internal', 'state'])
    .where('id', '=', parentId)
    .forUpdate()
    .executeTakeFirst();
  await sql`update batchline.task_family set stopping = false where parent_id = ${parentId} and stopping`.execute(
    trx,
  );
  return parent?.is_internal === true && hasEnded(storedStateOf(parent.state));
}
