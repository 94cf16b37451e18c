import { type Kysely, sql } from 'kysely';
import { WORKER_OWNER_PREFIX } from '../../core/access.ts';
import type { Schema } from '../schema.ts';
import { IS_ACTIVE } from './task.ts';

/** Seconds after which a worker that was not seen counts as gone, unless it has a valid lease. */
const WORKER_TIMEOUT_SECONDS = 60;

/** Retention of workers that are gone, so that tasks can say when one was last seen. */
const KEPT = sql`interval '7 days'`;

/**
 * Records that a worker is running and requests tasks of these definitions. Deletes workers that have been gone for a week.
 *
 * @param owner owner of its leases
 * @param names the definitions; a worker may request several sets, which are recorded separately
 * @param tenant the tenant whose tasks it claims; `null` for all
 */
export async function recordWorker(
  db: Kysely<Schema>,
  owner: string,
  names: readonly string[],
  tenant: string | null,
): Promise<void> {
  const sorted = [...names].sort();
  await sql`
    with gone as (
      delete from batchline.worker as w using (
        select o.owner, o.names_key from batchline.worker as o
        where o.last_seen < now() - ${KEPT} and o.owner <> ${owner}
        for update skip locked
      ) as o
      where w.owner = o.owner and w.names_key = o.names_key
    )
    insert into batchline.worker (owner, names_key, names, tenant)
    select ${owner}::text, encode(sha256(convert_to(array_to_string(n.names, ','), 'UTF8')), 'hex'), n.names, ${tenant}::text
    from (select ${sorted}::text[] as names) as n
    on conflict (owner, names_key) do update set tenant = excluded.tenant, last_seen = now()`.execute(db);
}

/** True for a row `w` of `batchline.worker` that was seen recently, or that has the lease of a run in progress. */
export const IS_LIVE = sql<boolean>`(
  w.last_seen > now() - ${sql.lit(WORKER_TIMEOUT_SECONDS)} * interval '1 second'
  or exists (
    select 1 from batchline.task as t where ${IS_ACTIVE} and t.lease_owner = w.owner and t.lease_until > now()
  ))`;

/** The workers that can run a task. */
export interface WorkerPresence {
  readonly isLive: boolean;
  /** When one was last seen; null if none is recorded. */
  readonly lastSeen: Date | null;
}

/**
 * Finds the workers that run a definition for a tenant. A run of the definition in progress proves one too: processes of
 * releases before 0.3.0 record nothing else.
 */
export async function findWorkers(db: Kysely<Schema>, name: string, tenant: string): Promise<WorkerPresence> {
  const { rows } = await sql<WorkerPresence>`
    select
      coalesce(bool_or(${IS_LIVE}), false) or exists (
        select 1 from batchline.task as t
        where ${IS_ACTIVE} and t.name = ${name} and t.lease_until > now()
          and (t.tenant = ${tenant} or not starts_with(t.lease_owner, ${WORKER_OWNER_PREFIX}))
      ) as "isLive",
      max(w.last_seen) as "lastSeen"
    from batchline.worker as w
    where ${name} = any (w.names) and (w.tenant is null or w.tenant = ${tenant})`.execute(db);
  return rows[0] ?? { isLive: false, lastSeen: null };
}
