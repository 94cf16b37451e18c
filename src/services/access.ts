import type { Caller } from '../core/caller.ts';
import { forbidden, notFound, type RequestError } from '../core/errors.ts';
import { message } from '../core/message.ts';
import { allows, rightsOn, TableRight } from '../core/permissions.ts';
import type { BatchTask } from '../core/task.ts';

/** There is no such task, or the caller may not see it: both look the same. */
export function noSuchTask(id: number): RequestError {
  return notFound`There is no batch task ${id}.`.withCode('task_not_found');
}

/** Returns whether the task exists and the caller may see it (contract, section 7). */
export function maySee(caller: Caller, task: BatchTask | undefined): task is BatchTask {
  return task !== undefined && allows(rightsOn(caller, task), TableRight.Select);
}

/** What a caller wants to do, as it stands in `You may not … batch task 5`. */
const DOING = {
  see: message`see`,
  update: message`update`,
  delete: message`delete`,
  stop: message`stop`,
  restart: message`restart`,
};

/**
 * Checks that the caller may see the task and do this to it (contract, section 7).
 *
 * @param doing for the message
 * @throws RequestError (missing) if the caller may not see it, (forbidden) if the right is missing
 */
export function checkAccess(
  caller: Caller,
  id: number,
  task: BatchTask | undefined,
  right: 'Select' | 'Update' | 'Delete',
  doing: keyof typeof DOING,
): BatchTask {
  if (!maySee(caller, task)) throw noSuchTask(id);
  const rights = rightsOn(caller, task);
  const controls = doing === 'stop' || doing === 'restart';
  if (!allows(rights, TableRight[right]) || (controls && !rights.controls)) {
    throw forbidden`You may not ${DOING[doing]} batch task ${id}. ${rights.reason ?? ''}`;
  }
  return task;
}
