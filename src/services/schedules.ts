import { type Caller, seesAll } from '../core/caller.ts';
import { checkCron, dueAfter, type Timing } from '../core/cron.ts';
import { conflict, forbidden, invalid, notFound } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import { message } from '../core/message.ts';
import { allows, rightsOn, TableRight } from '../core/permissions.ts';
import { callerOfRun, narrowRunAs, runAsOf } from '../core/run-as.ts';
import type { NewTask } from '../core/task.ts';
import { findTimeZone } from '../core/time-zone.ts';
import type { Rows } from '../db/bounded-rows.ts';
import { getAssociate } from '../db/queries/account.ts';
import {
  deleteSchedule,
  getSchedule,
  insertSchedule,
  listSchedules,
  recordStartedTask,
  type Schedule,
  type ScheduleSettings,
  updateSchedule,
} from '../db/queries/schedule.ts';
import { inTransaction } from '../db/transaction.ts';
import type { TaskDeps } from './context.ts';
import { insertStart, ownerOf, prepareStart } from './start-task.ts';

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

/**
 * When a schedule is due.
 *
 * @throws RequestError (invalid) where its time zone does not exist
 */
export function timingOf({ cron, timeZone }: { readonly cron: string; readonly timeZone: string }): Timing {
  const zone = findTimeZone(timeZone);
  if (zone === undefined)
    throw invalid`TimeZone is "${timeZone.slice(0, 40)}"; a code such as NO, an id or an IANA name such as Europe/Oslo is accepted.`;
  return { cron, timeZone: zone };
}

/** Maximum number of due times in one response. */
export const MAX_NEXT_RUNS = 1000;

/** The longest name of a schedule. */
const LONGEST_NAME = 100;

/** Whose a new schedule is to be; what is absent is the caller's own. */
export interface WantedOwner {
  readonly associateId?: number | undefined;
  readonly isSystemTask?: boolean | undefined;
  readonly databaseSerialNumber?: string | undefined;
}

/** The schedules that the caller may see: the own ones and those of the system, or all. */
export async function readSchedules({ database }: TaskDeps, caller: Caller): Promise<Rows<Schedule>> {
  const owners = seesAll(caller) ? undefined : [caller.associateId, 0];
  return database.lists.read((db) => listSchedules(db, caller.tenant, owners));
}

/**
 * One schedule, for one who wants to do this with it: rights are as on a task of the same owner (contract, section 7).
 *
 * @throws RequestError (missing) if there is none or the caller may not see it, (forbidden) if the right is missing
 */
export async function readSchedule(
  { database }: TaskDeps,
  caller: Caller,
  id: number,
  right: 'Select' | 'Update' | 'Delete' = 'Select',
): Promise<Schedule> {
  const schedule = await getSchedule(database.sql, id);
  // The scope `worker` is for tasks: the name of a schedule is not that of a definition.
  const scopes = caller.scopes.filter((scope) => scope !== 'worker');
  const rights = schedule && rightsOn({ ...caller, scopes }, schedule);
  if (schedule === undefined || rights === undefined || !allows(rights, TableRight.Select))
    throw notFound`There is no schedule ${id}.`;
  if (!allows(rights, TableRight[right]))
    throw forbidden`You may not change schedule ${id}. ${rights.reason ?? ''}`;
  return schedule;
}

/**
 * Makes a schedule. Its tasks are checked as those of a start are.
 *
 * @throws RequestError where something is wrong, the caller may not, or (conflict) the name is taken
 */
export async function createSchedule(
  parts: TaskDeps,
  caller: Caller,
  wanted: WantedOwner,
  settings: ScheduleSettings,
  now: Date,
): Promise<Schedule> {
  if (!caller.scopes.includes('write'))
    throw forbidden`You may not make schedules: this sign-in may only read.`;
  const ownerId = await ownerOf(parts, caller, wanted);
  const owner = {
    tenant: caller.tenant ?? (wanted.databaseSerialNumber || parts.serialNumber),
    ownerId,
    runAs: runAsOf(caller, ownerId),
  };
  if (wanted.databaseSerialNumber && wanted.databaseSerialNumber !== owner.tenant) {
    throw forbidden`You may not start batch tasks for DatabaseSerialNumber "${wanted.databaseSerialNumber}"; "${owner.tenant}" is yours.`;
  }
  const checked = await check(parts, owner, settings, now);
  const nextRun = nextOf(checked, now);
  return insertSchedule(parts.database.sql, owner, checked, nextRun, caller.associateId);
}

/**
 * Changes a schedule; its due times are counted from now on, so that none before counts as missed.
 *
 * @throws RequestError where something is wrong, the caller may not, or (conflict) the name is taken or somebody else has
 *   just changed it
 */
export async function changeSchedule(
  parts: TaskDeps,
  caller: Caller,
  id: number,
  change: Partial<ScheduleSettings>,
  now: Date,
): Promise<Schedule> {
  const schedule = await readSchedule(parts, caller, id, 'Update');
  const changed = { ...schedule, ...change };
  // One whose task can't be started any more can still be paused.
  const pauses = change.paused === true && Object.keys(change).length === 1;
  // Every other change may start tasks, so they get no more rights than the caller has.
  const runAs = pauses ? schedule.runAs : narrowRunAs(schedule.runAs, caller, schedule.ownerId);
  const settings = pauses ? changed : await check(parts, { ...schedule, runAs }, changed, now);
  const nextRun = nextOf(settings, now);
  const { version } = schedule;
  const written = await updateSchedule(
    parts.database.sql,
    id,
    version,
    settings,
    nextRun,
    runAs,
    caller.associateId,
  );
  if (written === undefined)
    throw conflict`Schedule ${id} has just been changed by somebody else; read it again.`;
  return written;
}

/** The next due times of a schedule, at most `count`; none if it is paused or its expression can no longer be read. */
export function nextRunsOf(schedule: Schedule, count: number): Date[] {
  const { nextRun } = schedule;
  if (schedule.paused || nextRun === null) return [];
  try {
    // The promised time counts, and so does each other due time at the same instant.
    const due = dueAfter(timingOf(schedule), new Date(nextRun.getTime() - 1), count);
    return due[0]?.getTime() === nextRun.getTime() ? due : [nextRun, ...due].slice(0, count);
  } catch {
    return [nextRun]; // firing it records the problem on the schedule
  }
}

/**
 * The next due times of an expression that is not saved.
 *
 * @throws RequestError (invalid) if the expression or the zone is wrong
 */
export function previewRuns(cron: string, timeZone: string, now: Date, count: number): Date[] {
  const timing = timingOf({ cron, timeZone });
  checkCron(timing, now);
  return dueAfter(timing, now, count);
}

/** Deletes a schedule; the tasks that it has started stay. @throws RequestError as `readSchedule` does */
export async function removeSchedule(parts: TaskDeps, caller: Caller, id: number): Promise<void> {
  await readSchedule(parts, caller, id, 'Delete');
  await deleteSchedule(parts.database.sql, id);
}

/**
 * Starts a schedule's task now, paused or not; its due times stay as they are.
 *
 * @returns the new task's id
 * @throws RequestError as `readSchedule` and `startTask` do
 */
export async function runNow(parts: TaskDeps, caller: Caller, id: number): Promise<number> {
  const schedule = await readSchedule(parts, caller, id, 'Update');
  const runAs = narrowRunAs(schedule.runAs, caller, schedule.ownerId);
  const task = await prepareScheduled(parts, { ...schedule, runAs });
  const reason = message`Started by ${caller.login} from the schedule "${schedule.name}".`;
  return inTransaction(parts.database, async (trx) => {
    const { priority } = schedule;
    const details = { actorId: caller.associateId, priority, delaySeconds: 0, reason };
    const started = await insertStart(parts, trx, task, details);
    await recordStartedTask(trx, id, started);
    return started;
  });
}

/** The settings, with the definition's name as it is written, after everything about them is checked. */
async function check(
  parts: TaskDeps,
  owner: Pick<Schedule, 'tenant' | 'ownerId' | 'runAs'>,
  settings: ScheduleSettings,
  now: Date,
): Promise<ScheduleSettings> {
  checkText('Name', settings.name, LONGEST_NAME);
  checkText('DatabaseSerialNumber', owner.tenant, parts.textLimits.databaseSerialNumber);
  checkCron(timingOf(settings), now);
  const task = await prepareScheduled(parts, { ...settings, ...owner });
  return { ...settings, definition: task.name };
}

function nextOf(settings: ScheduleSettings, now: Date): Date | null {
  return dueAfter(timingOf(settings), now, 1)[0] ?? null;
}
