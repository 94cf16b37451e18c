import { type Kysely, type RawBuilder, sql } from 'kysely';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { FROM_READY_PARENTS } from './task.ts';

/** A process on the database. */
export interface LiveWorker {
  readonly nodeId: string;
  /** Maximum number of concurrent runs, by definition that it runs. Empty if it runs no tasks. */
  readonly slots: ReadonlyMap<string, number>;
}

/** Rows of processes that have stopped without removing theirs are deleted after this time. */
const ABANDONED = sql`interval '10 minutes'`;

/** Numbers of live processes, including this one. */
export interface FleetSize {
  readonly processes: number;
  /** Those that run all definitions of this process. */
  readonly alike: number;
}

/** Writes the heartbeat of a process, and counts the live ones. */
export async function announceWorker(
  db: Kysely<Schema>,
  { nodeId, slots }: LiveWorker,
  aliveSeconds: number,
): Promise<FleetSize> {
  const count = (condition: RawBuilder<unknown>): RawBuilder<unknown> => sql`
    select count(*)::int from batchline.worker_process as w
    where ${condition} and w.node_id <> a.node_id
      and w.seen >= now() - ${aliveSeconds}::float8 * interval '1 second'`;
  const { rows } = await sql<{ others: number; alike: number }>`
    with announced as (
      insert into batchline.worker_process (node_id, names, slots)
      values (${nodeId}, ${[...slots.keys()]}::text[], ${[...slots.values()]}::int[])
      on conflict (node_id) do update set names = excluded.names, slots = excluded.slots, seen = excluded.seen
      returning node_id, names
    )
    select (${count(sql`true`)}) as others, (${count(sql`w.names @> a.names`)}) as alike from announced as a`.execute(
    db,
  );
  const [{ others, alike } = { others: 0, alike: 0 }] = rows;
  return { processes: 1 + others, alike: 1 + alike };
}

/** Deletes the row of a process that stops, and those of processes that have been silent for long. */
export async function removeWorker(db: Kysely<Schema>, nodeId: string): Promise<void> {
  await sql`
    delete from batchline.worker_process
    where node_id = ${nodeId} or seen < now() - ${ABANDONED}`.execute(db);
}

/** Lists the processes whose last heartbeat is at most this old, in a stable order. */
export async function listLiveWorkers(db: Kysely<Schema>, seconds: number): Promise<LiveWorker[]> {
  const { rows } = await sql<{ node_id: string; names: string[]; slots: number[] }>`
    select node_id, names, slots from batchline.worker_process
    where seen >= now() - ${seconds}::float8 * interval '1 second'
    order by node_id`.execute(db);
  return rows.map(({ node_id: nodeId, names, slots }) => ({
    nodeId,
    slots: new Map(names.map((name, index) => [name, slots[index] ?? 1])),
  }));
}

/** Selects the definition `d.name` if it has a task, or a parent whose children have ended, that has waited this long. */
export function hasWaited(seconds: number): RawBuilder<boolean> {
  const since = sql`now() - ${seconds}::float8 * interval '1 second'`;
  return sql`(
    exists (
      select 1 from batchline.task as t
      where t.name = d.name and t.state = ${sql.lit(TaskState.New)} and t.job_id is null and t.run_after < ${since}
    )
    or d.name in (select t.name from ${FROM_READY_PARENTS} and f.ready_since < ${since})
  )`;
}

/** Lists those of the definitions that have tasks which have waited for a claim for this long. */
export async function listWaiting(
  db: Kysely<Schema>,
  names: readonly string[],
  seconds: number,
): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select d.name from unnest(${[...names]}::text[]) as d (name) where ${hasWaited(seconds)}`.execute(db);
  return rows.map(({ name }) => name);
}
