import { type Kysely, sql } from 'kysely';
import { conflict } from '../../core/errors.ts';
import type { RunAs } from '../../core/run-as.ts';
import type { Schema } from '../schema.ts';
import {
  SCHEDULE_COLUMNS,
  type Schedule,
  type ScheduleRow,
  type ScheduleSettings,
  toSchedule,
} from './schedule.ts';

/** Whose a new schedule is. */
export interface ScheduleOwner {
  readonly tenant: string;
  readonly ownerId: number;
  readonly runAs: RunAs;
}

/**
 * Inserts a schedule.
 *
 * @throws RequestError (conflict) where the tenant has one of that name
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
  if (row === undefined) throw taken(settings.name);
  return toSchedule(row);
}

/**
 * Changes a schedule, unless somebody else has meanwhile.
 *
 * @param version the version that the change was made from
 * @returns the schedule as it is then, or `undefined` where that version is no more
 * @throws RequestError (conflict) where the tenant has another one of that name
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
      missed_limit = ${columns.missed_limit}, priority = ${columns.priority}, paused = ${columns.paused},
      next_run = ${nextRun}::timestamptz, problem = null,
      run_as = ${runAs && JSON.stringify(runAs)}::text::jsonb,
      version = s.version + 1, updated = now(), updated_by = ${actorId}
    where s.id = ${id} and s.version = ${version}
    returning ${SCHEDULE_COLUMNS}`
    .execute(db)
    .catch((error: unknown) => {
      if ((error as { code?: unknown }).code === '23505') throw taken(settings.name);
      throw error;
    });
  return rows[0] && toSchedule(rows[0]);
}

/** Deletes a schedule; false where there is none. */
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
    priority: settings.priority,
    paused: settings.paused,
  };
}

function taken(name: string): Error {
  return conflict`There is a schedule called "${name}" already.`;
}
