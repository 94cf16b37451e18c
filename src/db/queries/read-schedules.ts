import { type Kysely, type Selectable, sql } from 'kysely';
import { type BoundedRow, boundedRows, type Rows, withinBytes } from '../bounded-rows.ts';
import type { ScheduleTable, Schema } from '../schema.ts';
import { type Schedule, toSchedule } from './schedule.ts';

/** The schedule with this id, or `undefined`. Rights are the caller's business. */
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
