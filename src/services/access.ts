import { type Access, refusalOf } from '../core/access.ts';
import type { Caller } from '../core/caller.ts';
import { forbidden, notFound, type RequestError } from '../core/errors.ts';
import { message } from '../core/message.ts';
import { allows, rightsOn, TableRight } from '../core/permissions.ts';
import type { BatchTask } from '../core/task.ts';

/** The error if a task doesn't exist or the caller may not see it; callers can't distinguish the two. */
export function noSuchTask(id: number): RequestError {
  return notFound`There is no batch task ${id}.`.withCode('task_not_found');
}

/** Returns whether the task exists and the caller may see it (contract, section 7). */
export function maySee(caller: Caller, task: BatchTask | undefined): task is BatchTask {
  return task !== undefined && allows(rightsOn(caller, task), TableRight.Select);
}

/** The verb in `You may not … batch task 5`. */
const VERBS = {
  see: message`see`,
  update: message`update`,
  delete: message`delete`,
  stop: message`stop`,
  restart: message`restart`,
};

/**
 * Checks that the caller may see the task and has the right (contract, section 7). `stop` and `restart` also require
 * control rights.
 *
 * @param action the attempted action, for the message
 * @returns the task
 * @throws RequestError (notFound) if the caller may not see it, (forbidden) without the right
 */
export function checkAccess(
  caller: Caller,
  id: number,
  task: BatchTask | undefined,
  right: 'Select' | 'Update' | 'Delete',
  action: keyof typeof VERBS,
): BatchTask {
  if (!maySee(caller, task)) throw noSuchTask(id);
  const rights = rightsOn(caller, task);
  const controls = action === 'stop' || action === 'restart';
  if (!allows(rights, TableRight[right]) || (controls && !rights.controls)) {
    throw forbidden`You may not ${VERBS[action]} batch task ${id}. ${rights.reason ?? ''}`;
  }
  return task;
}

/** @throws RequestError (forbidden) unless the caller has this access */
export function requireAccess(caller: Caller, access: Access): void {
  const refusal = refusalOf(caller, access);
  if (refusal !== undefined) throw refusal;
}
