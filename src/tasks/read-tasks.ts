import type { BatchTask } from '../domain/batch-task.ts';
import { type Caller, seesAll } from '../domain/caller.ts';
import type { StoredState, TaskStateName } from '../domain/task-state.ts';
import { getTask } from '../store/tasks/get-task.ts';
import { listTasks } from '../store/tasks/list-tasks.ts';
import { checkAccess } from './access.ts';
import type { TaskParts } from './task-parts.ts';

/** One task. @throws Refusal (missing) where there is none or the caller may not see it */
export async function readTask(parts: TaskParts, caller: Caller, id: number): Promise<BatchTask> {
  return checkAccess(caller, id, await getTask(parts.database.sql, id), 'Select', 'see');
}

/** Whose tasks a list is about (contract, section 3). */
export type ListedOwners =
  /** The caller's own. */
  | 'own'
  /** System and user tasks. */
  | 'all'
  /** System tasks. */
  | 'system'
  /** Those of these associates. */
  | readonly number[];

/** A list, newest first, and whether it was cut at the limit. */
export interface TaskList {
  readonly tasks: readonly BatchTask[];
  readonly cut: boolean;
}

/** The tasks that a caller asks for, as far as the caller may see them. `All` and `Unknown` as a state are any and none. */
export async function readTasks(
  parts: TaskParts,
  caller: Caller,
  wanted: { readonly owners: ListedOwners; readonly name?: string; readonly state?: TaskStateName },
): Promise<TaskList> {
  const ownerIds = visibleOwners(caller, wanted.owners);
  // Unknown is a state that no task has.
  if (wanted.state === 'Unknown' || ownerIds?.length === 0) return { tasks: [], cut: false };
  const state: StoredState | undefined = wanted.state === 'All' ? undefined : wanted.state;
  const name =
    wanted.name === undefined
      ? undefined
      : (parts.registry.find(wanted.name)?.definition.name ?? wanted.name);
  const filter = { tenant: caller.tenant, ownerIds, name, state };
  const rows = await listTasks(parts.database.sql, filter, 'newest', parts.listLimit + 1);
  return { tasks: rows.slice(0, parts.listLimit), cut: rows.length > parts.listLimit };
}

/** The owners whose tasks the list may hold; `undefined` is everybody. */
function visibleOwners(caller: Caller, owners: ListedOwners): number[] | undefined {
  if (owners === 'own') return [caller.associateId];
  if (owners === 'system') return [0];
  const everybody = seesAll(caller);
  if (owners === 'all') return everybody ? undefined : [caller.associateId, 0];
  const asked = [...new Set(owners)];
  return everybody ? asked : asked.filter((id) => id === caller.associateId || id === 0);
}
