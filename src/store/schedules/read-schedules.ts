import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import { type Schedule, toSchedule } from './schedule-row.ts';

/** The schedule with this id, or `undefined`. Rights are the caller's business. */
export async function getSchedule(db: Kysely<Schema>, id: number): Promise<Schedule | undefined> {
  const row = await db.selectFrom('batchline.schedule').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toSchedule(row);
}

/** Schedules by name. @param tenant `null` for all; @param owners `undefined` for all */
export async function listSchedules(
  db: Kysely<Schema>,
  tenant: string | null,
  owners: readonly number[] | undefined,
): Promise<Schedule[]> {
  let query = db.selectFrom('batchline.schedule').selectAll();
  if (tenant !== null) query = query.where('tenant', '=', tenant);
  if (owners !== undefined) query = query.where('owner_id', 'in', [...owners]);
  return (await query.orderBy('name').orderBy('id').execute()).map(toSchedule);
}

/** Schedules that are due at an instant, those that are longest so first. */
export async function listDueSchedules(db: Kysely<Schema>, now: Date, limit: number): Promise<Schedule[]> {
  const rows = await db
    .selectFrom('batchline.schedule')
    .selectAll()
    .where('paused', '=', false)
    .where('next_run', '<=', now)
    .orderBy('next_run')
    .limit(limit)
    .execute();
  return rows.map(toSchedule);
}

/** When a schedule is due next; `undefined` where none ever is. */
export async function nextDueTime(db: Kysely<Schema>): Promise<Date | undefined> {
  const row = await db
    .selectFrom('batchline.schedule')
    .select((eb) => eb.fn.min('next_run').as('next'))
    .where('paused', '=', false)
    .executeTakeFirst();
  return row?.next ?? undefined;
}

/** How many schedules are not paused and could start nothing at their last due time, or have no next one. */
export async function countFailingSchedules(db: Kysely<Schema>): Promise<number> {
  const row = await db
    .selectFrom('batchline.schedule')
    .select((eb) => eb.fn.countAll<string>().as('failing'))
    .where('paused', '=', false)
    .where((eb) => eb.or([eb('problem', 'is not', null), eb('next_run', 'is', null)]))
    .executeTakeFirstOrThrow();
  return Number(row.failing);
}
