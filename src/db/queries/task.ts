import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { BatchTask } from '../../core/task.ts';
import type { Schema } from '../schema.ts';
import { PREPARED } from '../sql.ts';
import { TASK_COLUMNS, type TaskRow, toTask } from './task-row.ts';

/** The task with this id, or `undefined`. Rights are the caller's business. */
export async function getTask(db: Kysely<Schema>, id: number): Promise<BatchTask | undefined> {
  const { rows } =
    await sql<TaskRow>`select ${TASK_COLUMNS} from batchline.task as t where t.id = ${id} ${PREPARED}`.execute(
      db,
    );
  return rows[0] && toTask(rows[0]);
}

/** What the engine keeps about a task, locked until the transaction ends. */
export interface LeasedTask {
  readonly task: BatchTask;
  /** The process that runs it, or null where nobody does or a client holds it by hand. */
  readonly leaseOwner: string | null;
  readonly priority: number;
  /** Who has asked to stop its run and when, in words; null where nobody has. */
  readonly stopNote: string | null;
}

type HeldRow = TaskRow & {
  job_id: string | null;
  lease_owner: string | null;
  stop_note: string | null;
  priority: number;
};

/** Reads a task for a change of its state and keeps others from changing it meanwhile. */
export async function lockTask(trx: Kysely<Schema>, id: number): Promise<LeasedTask | undefined> {
  const { rows } = await sql<HeldRow>`
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
