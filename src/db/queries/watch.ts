import { type Kysely, sql } from 'kysely';
import type { Downtime } from '../../core/schedule.ts';
import type { Schema } from '../schema.ts';

/** Servers check the schedules at least every ten seconds; without a check for this long, none was up. */
const DOWN_AFTER = sql`interval '60 seconds'`;
/** Minimum time between two records, so that many servers do not queue for one row. */
const RECORD_EVERY = sql`interval '5 seconds'`;

/**
 * Records that a server is checking the schedules.
 *
 * @returns the last period in which no server checked; `undefined` if there was none
 */
export async function recordLook(db: Kysely<Schema>, now: Date): Promise<Downtime | undefined> {
  const look = sql`${now}::timestamptz`;
  const { rows } = await sql<{ from: Date | null; to: Date | null }>`
    with recorded as (
      insert into batchline.schedule_watch as w (id, last_look, down_from, up_since)
      values (1, ${look}, timestamptz 'epoch', ${look})
      on conflict (id) do update set
        down_from = case when w.last_look < ${look} - ${DOWN_AFTER} then w.last_look else w.down_from end,
        up_since = case when w.last_look < ${look} - ${DOWN_AFTER} then ${look} else w.up_since end,
        last_look = ${look}
      where w.last_look not between ${look} - ${RECORD_EVERY} and ${look}
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
