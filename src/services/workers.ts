import type { Caller } from '../core/access.ts';
import { type ListedWorker, listWorkers } from '../db/queries/worker.ts';
import type { TaskDeps } from './access.ts';
import { findDefinition } from './definitions.ts';

/**
 * Lists the live servers and workers with the tasks of the caller's tenant that they run. Remote workers of other tenants are
 * left out.
 *
 * @param definition only workers that run this definition
 * @throws RequestError (notFound) if there is no such definition
 */
export async function readWorkers(
  deps: TaskDeps,
  { tenant }: Caller,
  definition: string | undefined,
): Promise<ListedWorker[]> {
  const name = definition === undefined ? null : (await findDefinition(deps, definition)).name;
  return deps.database.lists.read((db) => listWorkers(db, tenant, name));
}
