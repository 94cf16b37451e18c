import { sql, type Transaction } from 'kysely';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { IS_HELD } from './held-tasks.ts';

/** How many runs of a definition hold a lease now, by tenant. Tasks that a client holds by hand are no runs. */
export async function countRuns(trx: Transaction<Schema>, name: string): Promise<Map<string, number>> {
  const { rows } = await sql<{ tenant: string; n: number }>`
    select t.tenant, count(*)::int as n from batchline.task as t
    where ${IS_HELD} and t.lease_until is not null and t.state = ${TaskState.Started} and t.name = ${name}
    group by t.tenant`.execute(trx);
  return new Map(rows.map((row) => [row.tenant, row.n]));
}
