import type { Transaction } from 'kysely';
import { lockReadyParents } from '../db/queries/claim-continuations.ts';
import { lockDueTasks } from '../db/queries/due-tasks.ts';
import type { Delivery } from '../db/queries/queue.ts';
import type { Schema } from '../db/schema.ts';

/** What is due of one tenant: parents whose children have ended first, then tasks that have not begun. */
export async function selectDueForTenant(
  trx: Transaction<Schema>,
  tenant: string,
  name: string,
  limit: number,
): Promise<Delivery[]> {
  const parents = await lockReadyParents(trx, tenant, name, limit);
  if (parents.length >= limit) return parents;
  return [...parents, ...(await lockDueTasks(trx, tenant, name, limit - parents.length))];
}
