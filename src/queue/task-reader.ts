import { invalid } from '../core/errors.ts';
import { visibleTo } from '../core/permissions.ts';
import { callerOfRun } from '../core/run-as.ts';
import type { BatchTask } from '../core/task.ts';
import { parseState } from '../core/task-state.ts';
import type { Database } from '../db/database.ts';
import { getAssociate } from '../db/queries/account.ts';
import { listTasks, type TaskFilter } from '../db/queries/list-tasks.ts';
import { readRunAs } from '../db/queries/run-as.ts';

const PAGE = 1000;

/** Reads the tasks that a run of a task may see, oldest first. */
export type TaskReader = (
  onBehalfOf: BatchTask,
  filter: { readonly name?: string; readonly state?: string },
) => AsyncIterable<BatchTask>;

/** The reader over a database, page by page. */
export function taskReader(database: Database): TaskReader {
  return async function* read(onBehalfOf, { name, state }) {
    const stateName = state === undefined ? undefined : parseState(state);
    if (state !== undefined && stateName === undefined) throw invalid`There is no state "${state}".`;
    const stored = stateName === 'All' || stateName === 'Unknown' ? undefined : stateName;
    const ownerIds = await visibleOwners(database, onBehalfOf);
    const filter: TaskFilter = { tenant: onBehalfOf.tenant, ownerIds, name, state: stored };
    for (let beyondId = 0; ; ) {
      const page = await listTasks(database.sql, { ...filter, beyondId }, 'oldest', PAGE);
      yield* page.rows;
      const last = page.rows.at(-1);
      if (last === undefined || !page.more) return;
      beyondId = last.id;
    }
  };
}

/** The owners whose tasks a run may see: those visible to the sign-in that started it. */
async function visibleOwners({ sql }: Database, task: BatchTask): Promise<readonly number[] | undefined> {
  const owner = task.ownerId === 0 ? undefined : await getAssociate(sql, task.ownerId);
  const caller = callerOfRun(task, await readRunAs(sql, task.id), owner);
  return visibleTo(caller).ownerIds ?? undefined;
}
