import type { BatchTask } from '../domain/batch-task.ts';
import { type Caller, SCOPES, seesAll } from '../domain/caller.ts';
import { invalid } from '../domain/errors.ts';
import { parseState } from '../domain/task-state.ts';
import { getAssociate } from '../store/associates/associates.ts';
import type { Database } from '../store/database.ts';
import { listTasks, type TaskFilter } from '../store/tasks/list-tasks.ts';

const PAGE = 1000;

/** Reads the tasks that the owner of a task may see, oldest first. */
export type TaskReader = (
  onBehalfOf: BatchTask,
  filter: { readonly name?: string; readonly state?: string },
) => AsyncIterable<BatchTask>;

/** The reader over a database, page by page. A system task sees every task of its tenant. */
export function taskReader(database: Database): TaskReader {
  return async function* read(onBehalfOf, { name, state }) {
    const stateName = state === undefined ? undefined : parseState(state);
    if (state !== undefined && stateName === undefined) throw invalid`There is no state "${state}".`;
    const stored = stateName === 'All' || stateName === 'Unknown' ? undefined : stateName;
    const ownerIds = await visibleOwners(database, onBehalfOf);
    const filter: TaskFilter = { tenant: onBehalfOf.tenant, ownerIds, name, state: stored };
    for (let beyondId = 0; ; ) {
      const page = await listTasks(database.sql, { ...filter, beyondId }, 'oldest', PAGE);
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      beyondId = last.id;
    }
  };
}

async function visibleOwners(database: Database, task: BatchTask): Promise<number[] | undefined> {
  if (task.ownerId === 0) return undefined;
  const owner = await getAssociate(database.sql, task.ownerId);
  if (owner === undefined) return [task.ownerId];
  const caller: Caller = {
    associateId: owner.id,
    login: owner.login,
    roles: owner.roles,
    tenant: owner.tenant,
    scopes: SCOPES,
  };
  return seesAll(caller) ? undefined : [task.ownerId, 0];
}
