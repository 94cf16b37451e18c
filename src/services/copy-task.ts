import type { Caller } from '../core/caller.ts';
import { isAdministrator } from '../core/caller.ts';
import { message } from '../core/message.ts';
import type { StartOptions } from '../core/start-options.ts';
import type { Parameters } from '../core/task.ts';
import { getAssociate } from '../db/queries/account.ts';
import type { TaskDeps } from './context.ts';
import { readTask } from './read-tasks.ts';
import { mayStartFor, startTask } from './start-task.ts';

/**
 * Starts a copy of a task that the caller may see, with the caller's rights. Output of its runs is not
 * copied. An administrator's copy has the same owner, if the administrator may start tasks for that associate; any
 * other copy is the caller's own.
 *
 * @param parameters replace ParameterObject; `undefined` keeps it
 * @returns the new id; 0 for an internal task
 * @throws RequestError where there is no such task, or as `startTask` does
 */
export async function copyTask(
  parts: TaskDeps,
  caller: Caller,
  id: number,
  parameters: Parameters | null | undefined,
  options: StartOptions,
): Promise<number> {
  const task = await readTask(parts, caller, id);
  // With a ParameterObject, the details link to it (contract, section 1): the copy has one of its own.
  const linked = task.parameters !== null;
  const request = {
    name: task.name,
    associateId: await ownerOfCopy(parts, caller, task.ownerId),
    isSystemTask: isAdministrator(caller) && task.ownerId === 0,
    isInternalTask: task.isInternal,
    detailsTable: linked ? 0 : task.detailsTable,
    detailsRecord: linked ? 0 : task.detailsRecord,
    parameterObject: parameters === undefined ? task.parameters : parameters,
    databaseSerialNumber: task.tenant,
    context: task.context,
    description: task.description,
    response: '',
    request: task.request,
    fileName: '',
  };
  return startTask(
    parts,
    caller,
    request,
    options,
    message`Started by a caller as a copy of batch task ${id}.`,
  );
}

async function ownerOfCopy({ database }: TaskDeps, caller: Caller, ownerId: number): Promise<number> {
  if (!isAdministrator(caller) || ownerId === 0 || caller.tenant === null) return ownerId;
  return mayStartFor(caller, await getAssociate(database.sql, ownerId)) ? ownerId : caller.associateId;
}
