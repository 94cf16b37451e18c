import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { RunAs } from '../../core/access.ts';
import { conflict } from '../../core/errors.ts';
import type { MessageData } from '../../core/message.ts';
import type { Overlap } from '../../core/overlap.ts';
import type { Downtime, MissedPolicy } from '../../core/schedule.ts';
import type { Parameters } from '../../core/task.ts';
import { type StoredState, storedStateOf, TaskState } from '../../core/task-state.ts';
import { type BoundedRow, boundedRows, type Rows, withinBytes } from '../list-reads.ts';
import type { ScheduleTable, Schema } from '../schema.ts';
import { IS_STOPPED } from './task.ts';

/** The settings of a schedule. */
export interface ScheduleSettings extends MissedPolicy {
  readonly name: string;
  /** The definition's name. */
  readonly definition: string;
  readonly parameters: Parameters | null;
  readonly cron: string;
  /** A code or an IANA name. */
  readonly timeZone: string;
  readonly overlap: Overlap;
  /** Priority of the tasks. */
  readonly priority: number;
  readonly paused: boolean;
}

/** The last due time that started no task because an earlier one of the schedule was active. */
interface SkippedRun {
  readonly at: Date;
  /** The earlier task. */
  readonly taskId: number;
}

/** A schedule, which starts tasks by a cron expression. */
export interface Schedule extends ScheduleSettings {
  readonly id: number;
  readonly tenant: string;
  /** Owner of its tasks; 0 for system tasks. */
  readonly ownerId: number;
  /** Next due time; null if there is none. */
  readonly nextRun: Date | null;
  /** Last due time for which a task was started. */
  readonly lastRun: Date | null;
  readonly lastTaskId: number | null;
  /** Reason that no task was started at the last due time. */
  readonly problem: MessageData | null;
  /** Due times that wait for the end of an earlier task, in order. */
  readonly queued: readonly Date[];
  readonly skipped: SkippedRun | null;
  /** Rights of its tasks; null for those of the owner. */
  readonly runAs: RunAs | null;
  /** Incremented by each change of a caller. */
  readonly version: number;
  readonly created: Date;
}

/** A row of the table. */
type ScheduleRow = Selectable<ScheduleTable>;

/** The columns of `batchline.schedule as s` that `toSchedule` needs. */
const SCHEDULE_COLUMNS = sql<ScheduleRow>`s.*`;

/** Maps a row to a schedule. */
function toSchedule(row: ScheduleRow): Schedule {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    ownerId: row.owner_id,
    definition: row.definition,
    parameters: row.parameters === null ? null : (JSON.parse(row.parameters) as Parameters),
    cron: row.cron,
    timeZone: row.time_zone,
    missedRuns: row.missed_runs,
    missedLimit: row.missed_limit,
    overlap: row.overlap,
    priority: row.priority,
    paused: row.paused,
    nextRun: row.next_run,
    lastRun: row.last_run,
    lastTaskId: row.last_task_id,
    problem: row.problem,
    queued: row.queued ?? [],
    skipped:
      row.skipped_at === null || row.skipped_for === null
        ? null
        : { at: row.skipped_at, taskId: row.skipped_for },
    runAs: row.run_as,
    version: row.version,
    created: row.created,
  };
}

/**
 * Locks schedules to fire. Those that another server has locked, or that have changed since they were read, are skipped.
 *
 * @returns the locked schedules, by id, with the due times that they have queued
 */
export async function lockDueSchedules(
  trx: Transaction<Schema>,
  schedules: readonly Schedule[],
): Promise<Map<number, readonly Date[]>> {
  const rows = schedules.map(({ id, version, nextRun }) => ({ id, version, next_run: nextRun }));
  const locked = await sql<{ id: number; queued: Date[] | null }>`
    select s.id, s.queued from batchline.schedule as s
    join json_to_recordset(${JSON.stringify(rows)}::text::json) as d (id int, version int, next_run timestamptz)
      on d.id = s.id and d.version = s.version and d.next_run is not distinct from s.next_run
    where not s.paused
    for update of s skip locked`.execute(trx);
  return new Map(locked.rows.map(({ id, queued }) => [id, queued ?? []]));
}

/** Locks a schedule, so that no server fires it. */
export async function lockSchedule(trx: Transaction<Schema>, id: number): Promise<void> {
  await sql`select 1 from batchline.schedule as s where s.id = ${id} for update of s`.execute(trx);
}

/** Matches tasks of `batchline.task as t` that a schedule started and that have not ended, through the index `task_of_schedule`. */
const IS_UNENDED = sql<boolean>`t.schedule_id is not null
  and t.state in (${sql.lit(TaskState.New)}, ${sql.lit(TaskState.Aquired)}, ${sql.lit(TaskState.Started)})`;

/** Returns the oldest task that has not ended of each of these schedules that has one. */
export async function findActiveTasks(
  trx: Transaction<Schema>,
  scheduleIds: readonly number[],
): Promise<Map<number, number>> {
  if (scheduleIds.length === 0) return new Map();
  const { rows } = await sql<{ schedule: number; task: number }>`
    select t.schedule_id as schedule, min(t.id) as task from batchline.task as t
    where t.schedule_id = any (${[...scheduleIds]}::int[]) and ${IS_UNENDED}
    group by 1`.execute(trx);
  return new Map(rows.map(({ schedule, task }) => [schedule, task]));
}

/** The state of the task that a schedule started last. */
export interface LastTaskState {
  readonly state: StoredState;
  readonly isStopped: boolean;
}

/** Returns the states of tasks that still exist, by id. */
export async function readLastStates(
  db: Kysely<Schema>,
  taskIds: readonly number[],
): Promise<Map<number, LastTaskState>> {
  const { rows } = await sql<{ id: number; state: number; stopped: boolean }>`
    select t.id, t.state, ${IS_STOPPED} as stopped from batchline.task as t
    where t.id = any (${[...taskIds]}::int[])`.execute(db);
  return new Map(
    rows.map(({ id, state, stopped }) => [id, { state: storedStateOf(state), isStopped: stopped }]),
  );
}

/** The outcome of a due time of a schedule. */
export interface FiringResult {
  readonly id: number;
  readonly nextRun: Date | null;
  /** The last due time that a task was started for; null leaves it. */
  readonly lastRun: Date | null;
  readonly lastTaskId: number | null;
  /** Reason that no task was started, or none will be; null without a problem. */
  readonly problem: MessageData | null;
  readonly queued: readonly Date[];
  /** null leaves the last one. */
  readonly skipped: SkippedRun | null;
}

/** Advances locked schedules to their next due times. */
export async function advanceSchedules(db: Kysely<Schema>, results: readonly FiringResult[]): Promise<void> {
  const rows = results.map(({ id, nextRun, lastRun, lastTaskId, problem, queued, skipped }) => ({
    id,
    next_run: nextRun,
    last_run: lastRun,
    last_task_id: lastTaskId,
    problem,
    queued: queued.length === 0 ? null : queued,
    skipped_at: skipped?.at ?? null,
    skipped_for: skipped?.taskId ?? null,
  }));
  await sql`
    update batchline.schedule as s set
      next_run = d.next_run,
      last_run = coalesce(d.last_run, s.last_run),
      last_task_id = coalesce(d.last_task_id, s.last_task_id),
      problem = d.problem,
      queued = d.queued,
      skipped_at = coalesce(d.skipped_at, s.skipped_at),
      skipped_for = coalesce(d.skipped_for, s.skipped_for)
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as d (id int, next_run timestamptz, last_run timestamptz, last_task_id int, problem jsonb,
        queued timestamptz[], skipped_at timestamptz, skipped_for int)
    where s.id = d.id`.execute(db);
}

/** Records the task of a manual start of a schedule. */
export async function recordStartedTask(db: Kysely<Schema>, id: number, taskId: number): Promise<void> {
  await db.updateTable('batchline.schedule').set({ last_task_id: taskId }).where('id', '=', id).execute();
}

/** Returns the schedule with this id, or `undefined`. It does not check rights. */
export async function getSchedule(db: Kysely<Schema>, id: number): Promise<Schedule | undefined> {
  const row = await db.selectFrom('batchline.schedule').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toSchedule(row);
}

/** Maximum number of schedules in a list. */
const MAX_SCHEDULES = 20_000;

/** Lists schedules by name, fewer if their texts are long. @param tenant `null` for all; @param owners `undefined` for all */
export async function listSchedules(
  db: Kysely<Schema>,
  tenant: string | null,
  owners: readonly number[] | undefined,
): Promise<Rows<Schedule>> {
  let all = db.selectFrom('batchline.schedule').selectAll();
  if (tenant !== null) all = all.where('tenant', '=', tenant);
  if (owners !== undefined) all = all.where('owner_id', 'in', [...owners]);
  const bounded = withinBytes({
    query: sql`(${all})`,
    bytes: sql`coalesce(octet_length(r.parameters), 0) + 300`,
    order: sql`r.name, r.id`,
    limit: MAX_SCHEDULES,
  });
  const { rows } = await sql<Selectable<ScheduleTable> & BoundedRow>`
    select s.* from ${bounded} as s order by s.name, s.id`.execute(db);
  return boundedRows(rows, toSchedule);
}

/** Lists due schedules, longest due first; also those with queued due times and no task that has not ended. */
export async function listDueSchedules(db: Kysely<Schema>, now: Date, limit: number): Promise<Schedule[]> {
  const { rows } = await sql<ScheduleRow>`
    select s.* from (
      (select s.* from batchline.schedule as s where not s.paused and s.next_run <= ${now}
        order by s.next_run limit ${limit})
      union all
      (select s.* from batchline.schedule as s
        where s.queued is not null and not s.paused and (s.next_run > ${now} or s.next_run is null)
          and not exists (select 1 from batchline.task as t where t.schedule_id = s.id and ${IS_UNENDED})
        order by s.id limit ${limit})
    ) as s order by s.next_run limit ${limit}`.execute(db);
  return rows.map(toSchedule);
}

/** Returns true if a schedule has queued due times. */
export async function hasQueuedRuns(db: Kysely<Schema>): Promise<boolean> {
  const { rows } = await sql`
    select 1 from batchline.schedule as s where s.queued is not null and not s.paused limit 1`.execute(db);
  return rows.length > 0;
}

/** Returns the next due time of all schedules; `undefined` if there is none. */
export async function nextDueTime(db: Kysely<Schema>): Promise<Date | undefined> {
  const row = await db
    .selectFrom('batchline.schedule')
    .select((eb) => eb.fn.min('next_run').as('next'))
    .where('paused', '=', false)
    .executeTakeFirst();
  return row?.next ?? undefined;
}

/** Counts the active schedules that failed to start a task at their last due time, or have no next one. */
export async function countFailingSchedules(db: Kysely<Schema>): Promise<number> {
  const row = await db
    .selectFrom('batchline.schedule')
    .select((eb) => eb.fn.countAll<string>().as('failing'))
    .where('paused', '=', false)
    .where((eb) => eb.or([eb('problem', 'is not', null), eb('next_run', 'is', null)]))
    .executeTakeFirstOrThrow();
  return Number(row.failing);
}

/** If no server has checked the schedules for this long, none was running: they check every ten seconds. */
const DOWN_AFTER = sql`interval '60 seconds'`;
/** Minimum time between two records, so that many servers do not queue for one row. */
const RECORD_EVERY = sql`interval '5 seconds'`;

/**
 * Records that a server is checking the schedules.
 *
 * @returns the last period in which no server checked; `undefined` if there was none
 */
export async function recordCheck(db: Kysely<Schema>, now: Date): Promise<Downtime | undefined> {
  const look = sql`${now}::timestamptz`;
  const { rows } = await sql<{ from: Date | null; to: Date | null }>`
    with recorded as (
      insert into batchline.schedule_watch as w (id, last_look, down_from, up_since)
      values (1, ${look}, timestamptz 'epoch', ${look})
      on conflict (id) do update set
        down_from = case when ${look} - w.last_look > ${DOWN_AFTER} then w.last_look else w.down_from end,
        up_since = case when ${look} - w.last_look > ${DOWN_AFTER} then ${look} else w.up_since end,
        last_look = ${look}
      where ${look} - w.last_look not between interval '0' and ${RECORD_EVERY}
      returning down_from, up_since
    )
    select down_from as "from", up_since as "to" from recorded
    union all
    select down_from, up_since from batchline.schedule_watch where not exists (select from recorded)`.execute(
    db,
  );
  const [{ from, to } = { from: null, to: null }] = rows;
  return from === null || to === null ? undefined : { from, to };
}

/** Tenant, owner and rights of a new schedule. */
export interface ScheduleOwner {
  readonly tenant: string;
  readonly ownerId: number;
  readonly runAs: RunAs;
}

/**
 * Inserts a schedule.
 *
 * @throws RequestError (conflict) if the tenant has a schedule with that name
 */
export async function insertSchedule(
  db: Kysely<Schema>,
  { tenant, ownerId, runAs }: ScheduleOwner,
  settings: ScheduleSettings,
  nextRun: Date | null,
  actorId: number,
): Promise<Schedule> {
  const row = await db
    .insertInto('batchline.schedule')
    .values({
      tenant,
      owner_id: ownerId,
      ...columnsOf(settings),
      next_run: nextRun,
      run_as: JSON.stringify(runAs),
      updated_by: actorId,
    })
    .onConflict((conflicting) => conflicting.doNothing())
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) throw nameTaken(settings.name);
  return toSchedule(row);
}

/**
 * Updates a schedule if its version has not changed, and empties its queue of due times.
 *
 * @param version the version that the change is based on
 * @returns the new schedule, or `undefined` if its version has changed
 * @throws RequestError (conflict) if the tenant has another schedule with that name
 */
export async function updateSchedule(
  db: Kysely<Schema>,
  id: number,
  version: number,
  settings: ScheduleSettings,
  nextRun: Date | null,
  runAs: RunAs | null,
  actorId: number,
): Promise<Schedule | undefined> {
  const columns = columnsOf(settings);
  const { rows } = await sql<ScheduleRow>`
    update batchline.schedule as s set
      name = ${columns.name}, definition = ${columns.definition}, parameters = ${columns.parameters},
      cron = ${columns.cron}, time_zone = ${columns.time_zone}, missed_runs = ${columns.missed_runs},
      missed_limit = ${columns.missed_limit}, overlap = ${columns.overlap}, priority = ${columns.priority},
      paused = ${columns.paused}, queued = null, next_run = ${nextRun}::timestamptz, problem = null,
      run_as = ${runAs && JSON.stringify(runAs)}::text::jsonb,
      version = s.version + 1, updated = now(), updated_by = ${actorId}
    where s.id = ${id} and s.version = ${version}
    returning ${SCHEDULE_COLUMNS}`
    .execute(db)
    .catch((error: unknown) => {
      if ((error as { code?: unknown }).code === '23505') throw nameTaken(settings.name);
      throw error;
    });
  return rows[0] && toSchedule(rows[0]);
}

/** Deletes a schedule. Returns false if there is none. */
export async function deleteSchedule(db: Kysely<Schema>, id: number): Promise<boolean> {
  const deleted = await db
    .deleteFrom('batchline.schedule')
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst();
  return deleted !== undefined;
}

function columnsOf(settings: ScheduleSettings) {
  return {
    name: settings.name,
    definition: settings.definition,
    parameters: settings.parameters && JSON.stringify(settings.parameters),
    cron: settings.cron,
    time_zone: settings.timeZone,
    missed_runs: settings.missedRuns,
    missed_limit: settings.missedLimit,
    overlap: settings.overlap,
    priority: settings.priority,
    paused: settings.paused,
  };
}

function nameTaken(name: string): Error {
  return conflict`There is a schedule called "${name}" already.`;
}
