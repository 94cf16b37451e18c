import { type Kysely, type RawBuilder, sql } from 'kysely';
import { WORKER_OWNER_PREFIX } from '../../core/access.ts';
import type { WorkerAnnouncement, WorkerKind, WorkerStatus } from '../../core/workers.ts';
import type { Schema } from '../schema.ts';
import { IS_ACTIVE } from './task.ts';

/** Seconds after which a worker that was not seen counts as gone, unless it has a valid lease. */
const WORKER_TIMEOUT_SECONDS = 60;

/** Retention of workers that are gone, so that tasks can say when one was last seen. */
const KEPT = sql`interval '7 days'`;

/** Returns a condition that is true for a row `w` of `batchline.worker` that was seen recently and has not stopped. */
const wasSeen = (
  now: RawBuilder<Date>,
): RawBuilder<boolean> => sql<boolean>`(w.status is distinct from 'Stopped'
  and ${now} - w.last_seen < ${sql.lit(WORKER_TIMEOUT_SECONDS)} * interval '1 second')`;
const WAS_SEEN = wasSeen(sql`now()`);

/** Records that a worker is running, and the definitions whose tasks it requests. Deletes workers that have been gone for a week. */
export async function recordWorker(db: Kysely<Schema>, worker: WorkerAnnouncement): Promise<void> {
  const { owner, tenant, kind, label, version, started = null, slots, status } = worker;
  const names = [...worker.names].sort();
  await sql`
    with gone as (
      delete from batchline.worker as w using (
        select o.owner, o.names_key from batchline.worker as o
        where o.last_seen < now() - ${KEPT} and o.owner <> ${owner}
        for update skip locked
      ) as o
      where w.owner = o.owner and w.names_key = o.names_key
    )
    insert into batchline.worker as w (owner, names_key, names, tenant, kind, label, version, started, slots, status)
    values (${owner}, encode(sha256(convert_to(array_to_string(${names}::text[], ','), 'UTF8')), 'hex'), ${names}::text[],
      ${tenant}, ${kind}, ${label}, ${version}, coalesce(${started}::timestamptz, now()), ${slots}::int, ${status})
    on conflict (owner, names_key) do update set tenant = excluded.tenant, last_seen = excluded.last_seen, kind = excluded.kind,
      label = excluded.label, version = excluded.version, slots = excluded.slots, status = excluded.status,
      started = case when ${started}::timestamptz is null and ${wasSeen(sql`excluded.last_seen`)} then w.started else excluded.started end`.execute(
    db,
  );
}

/** Records that a worker claims no more tasks. */
export async function drainWorker(db: Kysely<Schema>, owner: string): Promise<void> {
  await sql`
    update batchline.worker set status = 'Draining', last_seen = now() where owner = ${owner} and status = 'Running'`.execute(
    db,
  );
}

/** True for a row `w` of `batchline.worker` that was seen recently, or that has the lease of a run in progress. */
export const IS_LIVE = sql<boolean>`(${WAS_SEEN}
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

/** A task that a worker runs. */
interface WorkedTask {
  readonly id: number;
  readonly name: string;
}

/** A live worker. What releases before 0.3.0 don't record is null. */
export interface ListedWorker {
  readonly owner: string;
  readonly kind: WorkerKind | null;
  readonly label: string | null;
  readonly version: string | null;
  readonly started: Date | null;
  readonly lastSeen: Date | null;
  readonly status: WorkerStatus | null;
  readonly slots: number | null;
  /** The definitions that it runs, by name. */
  readonly names: readonly string[];
  readonly running: number;
  /** The tasks that it runs, longest running first, at most `MAX_TASKS`. */
  readonly tasks: readonly WorkedTask[];
}

/** Maximum number of listed workers, and of the tasks of each. */
const MAX_WORKERS = 1000;
const MAX_TASKS = 50;

/**
 * Lists the live workers: those that were seen recently, and the owners of the leases of runs in progress.
 *
 * @param tenant tenant of the tasks, and of remote workers that are bound to one; `null` for all
 * @param name only workers that run this definition; `null` for all
 */
export async function listWorkers(
  db: Kysely<Schema>,
  tenant: string | null,
  name: string | null,
): Promise<ListedWorker[]> {
  const { rows } = await sql<ListedWorker>`
    with running as (
      select t.lease_owner as owner, count(*)::int as running, bool_or(t.name = ${name}) as runs_it,
        (array_agg(json_build_object('id', t.id, 'name', t.name) order by t.last_started, t.id))[1:${sql.lit(MAX_TASKS)}] as tasks
      from batchline.task as t
      where ${IS_ACTIVE} and t.lease_owner is not null and t.lease_until > now()
        and (${tenant}::text is null or t.tenant = ${tenant})
      group by t.lease_owner
    ), seen as (
      select w.owner, max(w.kind) as kind, max(w.label) as label, max(w.version) as version, min(w.started) as started,
        max(w.last_seen) as last_seen, max(w.slots) as slots, max(w.status) as status,
        coalesce(array_agg(distinct n.name order by n.name) filter (where n.name is not null), '{}') as names
      from batchline.worker as w left join lateral unnest(w.names) as n (name) on true
      where (${WAS_SEEN} or w.owner in (select r.owner from running as r))
        and (${tenant}::text is null or w.tenant is null or w.tenant = ${tenant})
      group by w.owner
    )
    select coalesce(s.owner, r.owner) as owner, s.kind, s.label, s.version, s.started, s.last_seen as "lastSeen", s.status,
      s.slots, coalesce(s.names, '{}') as names, coalesce(r.running, 0) as running,
      coalesce(array_to_json(r.tasks), '[]'::json) as tasks
    from seen as s full join running as r on r.owner = s.owner
    where ${name}::text is null or ${name} = any (s.names) or r.runs_it
    order by s.started nulls first, 1 limit ${MAX_WORKERS}`.execute(db);
  return rows;
}
