import { sql, type Transaction } from 'kysely';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import type { Delivery } from './queue.ts';

/**
 * Locks tasks of one tenant that are due, by priority and the oldest first, for a worker who may run no other's: the engine's queue
 * of a definition holds those of every tenant. Tasks that another process is just claiming are passed over.
 */
export async function lockDueTasks(
  trx: Transaction<Schema>,
  tenant: string,
  name: string,
  limit: number,
): Promise<Delivery[]> {
  const { rows } = await sql<{ id: number; job_id: string | null }>`
    select t.id, t.job_id from batchline.task as t
    where t.tenant = ${tenant} and t.state = ${TaskState.New} and t.name = ${name}
      and t.run_after <= now()
    order by t.priority desc, t.id
    limit ${limit}
    for update of t skip locked`.execute(trx);
  return rows.map((row) => ({ taskId: row.id, jobId: row.job_id }));
}
