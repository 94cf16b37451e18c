import type { Transaction } from 'kysely';
import { lockReadyParents } from '../store/families/claim-continuations.ts';
import type { Schema } from '../store/schema.ts';
import type { Delivery } from '../store/tasks/claim-tasks.ts';
import { lockDueTasks } from '../store/tasks/due-tasks.ts';

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
