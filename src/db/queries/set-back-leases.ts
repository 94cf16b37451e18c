import { type Kysely, sql } from 'kysely';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { IS_HELD } from './held-tasks.ts';

/**
 * Sets back leases of tasks that were last touched in what is now the future: the database's clock has gone back, and
 * a lost run would be missed for as long. Each lease keeps what it had left when the task was touched.
 */
export async function repairLeases(db: Kysely<Schema>): Promise<void> {
  await sql`
    update batchline.task as t set lease_until = now() + (t.lease_until - t.updated), updated = now()
    where ${IS_HELD} and t.lease_until is not null and t.state = ${TaskState.Started}
      and t.updated > now() + interval '10 seconds'`.execute(db);
}
