import type { Caller } from '../core/caller.ts';
import { forbidden } from '../core/errors.ts';
import { callerOfRun } from '../core/run-as.ts';
import type { NewTask } from '../core/task.ts';
import { getAssociate } from '../db/queries/account.ts';
import type { Schedule } from '../db/queries/schedule.ts';
import type { TaskDeps } from './context.ts';
import { prepareStart } from './start-task.ts';

/** What of a schedule says which task it starts. */
export type Startable = Pick<Schedule, 'tenant' | 'ownerId' | 'definition' | 'parameters' | 'name' | 'runAs'>;

/**
 * Prepares the task of a schedule, with the rights that its maker had, as far as its owner still has them.
 *
 * @throws RequestError as `startTask` does, and where the owner can no longer sign in
 */
export async function prepareScheduled(parts: TaskDeps, schedule: Startable): Promise<NewTask> {
  const { tenant, ownerId } = schedule;
  return prepareStart(parts, await callerOf(parts, schedule), {
    name: schedule.definition,
    associateId: ownerId,
    isSystemTask: ownerId === 0,
    isInternalTask: false,
    detailsTable: 0,
    detailsRecord: 0,
    parameterObject: schedule.parameters,
    databaseSerialNumber: tenant,
    context: '',
    description: schedule.name.slice(0, parts.textLimits.description),
    response: '',
    request: '',
    fileName: '',
  });
}

/** The caller that a schedule starts its tasks as. */
async function callerOf(parts: TaskDeps, schedule: Startable): Promise<Caller> {
  const { tenant, ownerId, runAs } = schedule;
  if (ownerId === 0) return callerOfRun(schedule, runAs, undefined);
  const owner = await getAssociate(parts.database.sql, ownerId);
  const isOfTenant = owner?.tenant === null || owner?.tenant === tenant;
  if (owner === undefined || owner.disabled || !isOfTenant) {
    throw forbidden`The owner of the schedule, associate ${ownerId}, may no longer sign in.`;
  }
  return callerOfRun(schedule, runAs, owner);
}
