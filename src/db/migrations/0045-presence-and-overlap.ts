import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  // Null in rows of programs that record only the definitions of a worker.
  sql`alter table batchline.worker
    add column if not exists kind text,
    add column if not exists label text,
    add column if not exists version text,
    add column if not exists started timestamptz,
    add column if not exists slots integer,
    add column if not exists status text`,
  sql`alter table batchline.schedule
    add column if not exists overlap text not null default 'Allow',
    add column if not exists queued timestamptz[],
    add column if not exists skipped_at timestamptz,
    add column if not exists skipped_for integer`,
  sql`alter table batchline.task add column if not exists schedule_id integer`,
  sql`create index if not exists task_by_schedule on batchline.task (schedule_id, id) where schedule_id is not null`,
  sql`create index if not exists task_of_schedule on batchline.task (schedule_id)
    where schedule_id is not null and state in (1, 2, 3)`,
  sql`create index if not exists schedule_queued on batchline.schedule (id) where queued is not null`,
  sql`alter table batchline.webhook_delivery add column if not exists duration_ms integer`,
];

/**
 * Stores facts for the pages of workers, schedules and webhooks: version, slots and status of each worker; the overlap policy
 * of a schedule and the schedule of a task; the duration of a delivery.
 */
export const presenceAndOverlap: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
