import { setTimeout as delay } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { createOnce } from './create-once.ts';

const LEASE_SECONDS = 30;
const RENEW_MS = 10_000;
const LOOK_MS = 200;

/**
 * Does work that only one process may do at a time, by a row with an expiry: it needs nothing of the database
 * that not every kind has, and no connection that stays the same. Where the holder has died, others go on after
 * half a minute.
 *
 * @param holder tells this process from others
 */
export async function withMigrationLease(
  db: Kysely<unknown>,
  holder: string,
  work: () => Promise<void>,
): Promise<void> {
  await createOnce(
    db,
    sql`create table if not exists batchline.migration_lease (
      id int primary key, holder text not null, expires timestamptz not null
    )`,
  );
  while (!(await take(db, holder))) await delay(LOOK_MS);
  const renewal = setInterval(() => void take(db, holder).catch(() => undefined), RENEW_MS);
  try {
    await work();
  } finally {
    clearInterval(renewal);
    await sql`delete from batchline.migration_lease where id = 1 and holder = ${holder}`.execute(db);
  }
}

/** Takes the lease where nobody has it, or renews it. */
async function take(db: Kysely<unknown>, holder: string): Promise<boolean> {
  const { rows } = await sql`
    insert into batchline.migration_lease as l (id, holder, expires)
    values (1, ${holder}, now() + ${LEASE_SECONDS}::float8 * interval '1 second')
    on conflict (id) do update set holder = excluded.holder, expires = excluded.expires
      where l.holder = excluded.holder or l.expires < now()
    returning id`.execute(db);
  return rows.length === 1;
}
