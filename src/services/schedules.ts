import { isDeepStrictEqual } from 'node:util';
import type { Kysely } from 'kysely';
import { type Caller, callerOfRun, narrowRunAs, runAsOf, seesAll } from '../core/access.ts';
import {
  type AuditedAction,
  actorOf,
  changesBetween,
  hiddenChange,
  type Properties,
} from '../core/administration.ts';
import { conflict, forbidden, invalid, notFound } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import { message } from '../core/message.ts';
import { allows, rightsOn, TableRight } from '../core/permissions.ts';
import { checkCron, dueAfter, type Timing } from '../core/schedule.ts';
import type { NewTask } from '../core/task.ts';
import { findTimeZone } from '../core/time-zone.ts';
import type { Rows } from '../db/list-reads.ts';
import { getAssociate } from '../db/queries/account.ts';
import { insertAdministrationAudit } from '../db/queries/administration-audit.ts';
import {
  deleteSchedule,
  getSchedule,
  insertSchedule,
  type LastTaskState,
  listSchedules,
  lockSchedule,
  readLastStates,
  recordStartedTask,
  type Schedule,
  type ScheduleSettings,
  updateSchedule,
} from '../db/queries/schedule.ts';
import type { Schema } from '../db/schema.ts';
import { inQuietTransaction, inTransaction } from '../db/transaction.ts';
import type { TaskDeps } from './access.ts';
import { insertStart } from './start-batcher.ts';
import { ownerOf, prepareStart } from './start-task.ts';

/** The properties of a schedule that determine its task. */
export type Startable = Pick<Schedule, 'tenant' | 'ownerId' | 'definition' | 'parameters' | 'name' | 'runAs'>;

/**
 * Prepares the task of a schedule. The task has the rights of the schedule's creator, limited to those that its owner
 * still has.
 *
 * @throws RequestError like `startTask`; (forbidden) if the owner can no longer sign in
 */
export async function prepareScheduled(deps: TaskDeps, schedule: Startable): Promise<NewTask> {
  const { tenant, ownerId } = schedule;
  return prepareStart(deps, await callerOf(deps, schedule), {
    name: schedule.definition,
    associateId: ownerId,
    isSystemTask: ownerId === 0,
    isInternalTask: false,
    detailsTable: 0,
    detailsRecord: 0,
    parameterObject: schedule.parameters,
    databaseSerialNumber: tenant,
    context: '',
    description: schedule.name.slice(0, deps.textLimits.description),
    response: '',
    request: '',
    fileName: '',
  });
}

/** Returns the caller that a schedule acts as. */
async function callerOf(deps: TaskDeps, schedule: Startable): Promise<Caller> {
  const { tenant, ownerId, runAs } = schedule;
  if (ownerId === 0) return callerOfRun(schedule, runAs, undefined);
  const owner = await getAssociate(deps.database.sql, ownerId);
  const isOfTenant = owner?.tenant === null || owner?.tenant === tenant;
  if (owner === undefined || owner.disabled || !isOfTenant) {
    throw forbidden`The owner of the schedule, associate ${ownerId}, can no longer sign in.`;
  }
  return callerOfRun(schedule, runAs, owner);
}

/**
 * Resolves the time zone of a schedule.
 *
 * @throws RequestError (invalid) if there is no such time zone
 */
export function timingOf({ cron, timeZone }: { readonly cron: string; readonly timeZone: string }): Timing {
  const zone = findTimeZone(timeZone);
  if (zone === undefined)
    throw invalid`TimeZone is "${timeZone.slice(0, 40)}"; a code such as NO, an id or an IANA name such as Europe/Oslo is accepted.`;
  return { cron, timeZone: zone };
}

/** Maximum number of due times in one response. */
export const MAX_NEXT_RUNS = 1000;

/** Maximum length of a schedule's name. */
const MAX_NAME_LENGTH = 100;

/** The requested owner of a new schedule; defaults to the caller. */
export interface WantedOwner {
  readonly associateId?: number | undefined;
  readonly isSystemTask?: boolean | undefined;
  readonly databaseSerialNumber?: string | undefined;
}

/** Returns the states of the tasks that schedules started last, by the ids of the tasks. Deleted tasks have none. */
export function readLastTasks(
  { database }: TaskDeps,
  schedules: readonly Schedule[],
): Promise<ReadonlyMap<number, LastTaskState>> {
  const ids = schedules.flatMap(({ lastTaskId }) => lastTaskId ?? []);
  return readLastStates(database.sql, ids);
}

/** Lists the schedules that the caller may see: their own and those of the system, or all. */
export async function readSchedules({ database }: TaskDeps, caller: Caller): Promise<Rows<Schedule>> {
  const owners = seesAll(caller) ? undefined : [caller.associateId, 0];
  return database.lists.read((db) => listSchedules(db, caller.tenant, owners));
}

/**
 * Returns a schedule if the caller has the right, which is that on a task of the same owner (contract, section 7).
 *
 * @throws RequestError (notFound) if there is none or the caller may not see it, (forbidden) without the right
 */
export async function readSchedule(
  { database }: TaskDeps,
  caller: Caller,
  id: number,
  right: 'Select' | 'Update' | 'Delete' = 'Select',
): Promise<Schedule> {
  const schedule = await getSchedule(database.sql, id);
  // Ignore the scope `worker`, which grants access by definition: a schedule's name is not a definition.
  const scopes = caller.scopes.filter((scope) => scope !== 'worker');
  const rights = schedule && rightsOn({ ...caller, scopes }, schedule);
  if (schedule === undefined || rights === undefined || !allows(rights, TableRight.Select))
    throw notFound`There is no schedule ${id}.`;
  if (!allows(rights, TableRight[right]))
    throw forbidden`You may not change schedule ${id}. ${rights.reason ?? ''}`;
  return schedule;
}

/**
 * Creates a schedule. Validates its task like a start.
 *
 * @throws RequestError if a setting is invalid or the caller may not create it; (conflict) if the name is taken
 */
export async function createSchedule(
  deps: TaskDeps,
  caller: Caller,
  wanted: WantedOwner,
  settings: ScheduleSettings,
  now: Date,
): Promise<Schedule> {
  if (!caller.scopes.includes('write'))
    throw forbidden`You may not create schedules: this sign-in is read-only.`;
  const ownerId = await ownerOf(deps, caller, wanted);
  const owner = {
    tenant: caller.tenant ?? (wanted.databaseSerialNumber || deps.serialNumber),
    ownerId,
    runAs: runAsOf(caller, ownerId),
  };
  if (wanted.databaseSerialNumber && wanted.databaseSerialNumber !== owner.tenant) {
    throw forbidden`You may not start batch tasks for DatabaseSerialNumber "${wanted.databaseSerialNumber}"; yours is "${owner.tenant}".`;
  }
  if (caller.tenant === null) deps.cells?.checkHere(owner.tenant);
  const checked = await check(deps, owner, settings, now);
  const nextRun = nextOf(checked, now);
  return inQuietTransaction(deps.database.sql, async (trx) => {
    const inserted = await insertSchedule(trx, owner, checked, nextRun, caller.associateId);
    await record(trx, caller, 'Create', undefined, inserted);
    return inserted;
  });
}

/**
 * Changes a schedule. The next due time is computed from now, so that no earlier one counts as missed.
 *
 * @throws RequestError if a setting is invalid or the caller may not change it; (conflict) if the name is taken or another
 *   request changed the schedule
 */
export async function changeSchedule(
  deps: TaskDeps,
  caller: Caller,
  id: number,
  change: Partial<ScheduleSettings>,
  now: Date,
): Promise<Schedule> {
  const schedule = await readSchedule(deps, caller, id, 'Update');
  const changed = { ...schedule, ...change };
  // A schedule whose task can no longer be started can still be paused.
  const pauses = change.paused === true && Object.keys(change).length === 1;
  // All other changes can start tasks, so limit their rights to those of the caller.
  const runAs = pauses ? schedule.runAs : narrowRunAs(schedule.runAs, caller, schedule.ownerId);
  const settings = pauses ? changed : await check(deps, { ...schedule, runAs }, changed, now);
  const nextRun = nextOf(settings, now);
  const { version } = schedule;
  return inQuietTransaction(deps.database.sql, async (trx) => {
    const by = caller.associateId;
    const written = await updateSchedule(trx, id, version, settings, nextRun, runAs, by);
    if (written === undefined) throw conflict`Schedule ${id} was changed by another request; read it again.`;
    const isPause = Object.keys(change).join() === 'paused';
    const action = isPause ? (written.paused ? 'Pause' : 'Resume') : 'Change';
    await record(trx, caller, action, schedule, written);
    return written;
  });
}

/** Returns at most `count` next due times of a schedule; none if it is paused. */
export function nextRunsOf(schedule: Schedule, count: number): Date[] {
  const { nextRun } = schedule;
  if (schedule.paused || nextRun === null) return [];
  try {
    // Start with the stored due time, and keep other due times at the same instant.
    const due = dueAfter(timingOf(schedule), new Date(nextRun.getTime() - 1), count);
    return due[0]?.getTime() === nextRun.getTime() ? due : [nextRun, ...due].slice(0, count);
  } catch {
    return [nextRun]; // The expression is invalid; firing it stores the problem on the schedule.
  }
}

/**
 * Returns the next `count` due times of an unsaved expression.
 *
 * @throws RequestError (invalid) if the expression or the time zone is invalid
 */
export function previewRuns(cron: string, timeZone: string, now: Date, count: number): Date[] {
  const timing = timingOf({ cron, timeZone });
  checkCron(timing, now);
  return dueAfter(timing, now, count);
}

/** Deletes a schedule. Tasks that it started remain. @throws RequestError like `readSchedule` */
export async function removeSchedule(deps: TaskDeps, caller: Caller, id: number): Promise<void> {
  const schedule = await readSchedule(deps, caller, id, 'Delete');
  await inQuietTransaction(deps.database.sql, async (trx) => {
    await deleteSchedule(trx, id);
    await record(trx, caller, 'Delete', schedule, undefined);
  });
}

/** Records an administrative action. Of the parameters, which may be confidential, only that they changed. */
async function record(
  trx: Kysely<Schema>,
  caller: Caller,
  action: AuditedAction,
  before: Schedule | undefined,
  after: Schedule | undefined,
): Promise<void> {
  const schedule = after ?? before;
  if (schedule === undefined) return;
  const changes = changesBetween(recordedOf(before), recordedOf(after));
  if (!isDeepStrictEqual(before?.parameters ?? null, after?.parameters ?? null))
    changes.push(hiddenChange('ParameterObject'));
  if (changes.length === 0) return;
  const { id: objectId, name: objectName, tenant } = schedule;
  const change = { kind: 'Schedule', action, objectId, objectName, tenant, changes } as const;
  await insertAdministrationAudit(trx, actorOf(caller), change);
}

function recordedOf(schedule: Schedule | undefined): Properties {
  if (schedule === undefined) return {};
  const { name, definition, cron, timeZone, overlap, missedRuns, missedLimit, priority, paused, ownerId } =
    schedule;
  // Typed, so that a new setting can't be forgotten.
  const settings: Record<Capitalize<Exclude<keyof ScheduleSettings, 'parameters'>>, unknown> = {
    Name: name,
    Definition: definition,
    Cron: cron,
    TimeZone: timeZone,
    Overlap: overlap,
    MissedRuns: missedRuns,
    MissedLimit: missedLimit,
    Priority: priority,
    Paused: paused,
  };
  return { ...settings, AssociateId: ownerId };
}

/**
 * Starts the task of a schedule now, even if the schedule is paused or an earlier task is active. Its due times don't change.
 *
 * @returns the id of the new task
 * @throws RequestError like `readSchedule` and `startTask`
 */
export async function runNow(deps: TaskDeps, caller: Caller, id: number): Promise<number> {
  const schedule = await readSchedule(deps, caller, id, 'Update');
  const runAs = narrowRunAs(schedule.runAs, caller, schedule.ownerId);
  const task = await prepareScheduled(deps, { ...schedule, runAs });
  const reason = message`Started by ${caller.login} from the schedule "${schedule.name}".`;
  return inTransaction(deps.database, async (trx) => {
    const { priority } = schedule;
    // The scheduler must see the task when it applies the overlap policy.
    await lockSchedule(trx, id);
    const details = { actorId: caller.associateId, priority, delaySeconds: 0, reason, scheduleId: id };
    const started = await insertStart(deps, trx, task, details);
    await recordStartedTask(trx, id, started);
    return started;
  });
}

/** Validates settings. Returns them with the name of the definition as declared. */
async function check(
  deps: TaskDeps,
  owner: Pick<Schedule, 'tenant' | 'ownerId' | 'runAs'>,
  settings: ScheduleSettings,
  now: Date,
): Promise<ScheduleSettings> {
  checkText('Name', settings.name, MAX_NAME_LENGTH);
  checkText('DatabaseSerialNumber', owner.tenant, deps.textLimits.databaseSerialNumber);
  checkCron(timingOf(settings), now);
  const task = await prepareScheduled(deps, { ...settings, ...owner });
  return { ...settings, definition: task.name };
}

function nextOf(settings: ScheduleSettings, now: Date): Date | null {
  return dueAfter(timingOf(settings), now, 1)[0] ?? null;
}
