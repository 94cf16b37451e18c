import { type Access, type Caller, refusalOf } from '../core/access.ts';
import { forbidden, notFound, type RequestError } from '../core/errors.ts';
import type { TextLimits } from '../core/limits.ts';
import { message } from '../core/message.ts';
import { allows, rightsOn, TableRight } from '../core/permissions.ts';
import type { BatchTask } from '../core/task.ts';
import type { Database } from '../db/database.ts';
import type { Files } from '../files/files.ts';
import type { Definitions } from '../queue/definitions.ts';
import type { Registry } from '../queue/registry.ts';
import type { TaskQueue } from '../queue/task-queue.ts';
import type { CellDirectory } from './cells.ts';
import type { StartBatcher } from './start-batcher.ts';
import type { TaskReader } from './task-reader.ts';
import type { TextWriter } from './text-batcher.ts';

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

/** Dependencies of the services. */
export interface TaskDeps {
  readonly database: Database;
  readonly queue: TaskQueue;
  readonly registry: Registry;
  readonly definitions: Definitions;
  readonly files: Files;
  readonly reader: TaskReader;
  readonly texts: TextWriter;
  readonly starts: StartBatcher;
  readonly textLimits: TextLimits;
  /** Maximum number of tasks in a list. */
  readonly listLimit: number;
  /** The tenant of tasks that don't specify one. */
  readonly serialNumber: string;
  /** Where tenants are; undefined without cells. */
  readonly cells?: CellDirectory | undefined;
}
