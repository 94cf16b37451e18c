import type { Database } from '../../src/db/database.ts';

/**
 * Inserts tasks of a definition that no worker runs.
 *
 * @param dueInSeconds due time of each, relative to now; negative is in the past
 */
export async function insertWaiting(
  { sql }: Database,
  name: string,
  dueInSeconds: readonly number[],
): Promise<void> {
  const task = {
    tenant: 'batchline',
    name,
    owner_id: 1,
    is_internal: false,
    details_table: 0,
    details_record: 0,
    context: '',
    state: 1,
    description: '',
    response: '',
    request: '',
    file_name: '',
    cancellation: 0,
  };
  const rows = dueInSeconds.map((seconds) => ({ ...task, run_after: new Date(Date.now() + seconds * 1000) }));
  await sql.insertInto('batchline.task').values(rows).execute();
}
