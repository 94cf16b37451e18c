import { type Kysely, type RawBuilder, sql } from 'kysely';
import { AttemptOutcome } from '../../core/attempt.ts';
import type { MessageData } from '../../core/message.ts';
import { storedStateOf, TaskState } from '../../core/task-state.ts';
import { type LimitUse, limitUses, MAX_AHEAD, throughputOf, type WaitFacts } from '../../core/waiting.ts';
import type { Schema } from '../schema.ts';
import { countRuns, type DefinitionControl, readControls, readStarts } from './definition.ts';
import { FROM_READY_PARENTS } from './task.ts';
import { findWorkers } from './worker.ts';

/** Number of recent ends that the throughput is computed from, and their maximum age. */
const RECENT_ENDS = 1000;
const RECENT = sql`interval '1 hour'`;

/** Maximum length of the error of the last attempt. */
const ERROR_CHARACTERS = 200;

interface Row {
  readonly now: Date;
  readonly state: number;
  readonly run_after: Date;
  readonly name: string;
  readonly tenant: string;
  readonly priority: number;
  readonly has_failed: boolean;
  readonly attempt: number;
  readonly error: string | null;
  readonly reason: string | null;
  readonly reason_message: MessageData | null;
  readonly total: number | null;
  readonly ended: number;
  readonly failed: number;
  readonly paused_by: string | null;
}

/** Reads everything that decides when a task runs; `undefined` if there is no such task. */
export async function readWaitFacts(db: Kysely<Schema>, id: number): Promise<WaitFacts | undefined> {
  const { rows } = await sql<Row>`
    select now() as now, t.state, t.run_after, t.name, t.tenant, t.priority, t.failures + t.losses > 0 as has_failed,
      coalesce(a.number, t.attempt) as attempt, a.error, a.reason, a.reason_message, f.total, f.ended, f.failed,
      (select coalesce(nullif(p.name, ''), p.login) from batchline.definition_control as c
        join batchline.associate as p on p.id = c.paused_by where c.name = t.name) as paused_by
    from batchline.task as t
    left join batchline.task_family as f on f.parent_id = t.id and f.job_id = t.job_id
      and t.state = ${TaskState.Started} and t.lease_owner is null
    left join lateral (
      select a.number, left(split_part(a.error ->> 'message', chr(10), 1), ${ERROR_CHARACTERS}) as error,
        a.reason, a.reason_message
      from batchline.task_attempt as a
      where a.task_id = t.id and a.outcome in (${AttemptOutcome.Failed}, ${AttemptOutcome.Expired})
      order by a.number desc limit 1
    ) as a on true
    where t.id = ${id}`.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { name, tenant, now, run_after: runAfter, total } = row;
  const state = storedStateOf(row.state);
  const isReady = total !== null && row.ended >= total;
  const isDue = isReady || (state === 'New' && runAfter <= now);
  const control = (await readControls(db, name)).get(name);
  return {
    state,
    now,
    runAfter,
    lastFailure: row.has_failed ? { attempt: row.attempt, error: errorOf(row) } : null,
    awaitedChildren: total === null ? null : { total, ended: row.ended, failed: row.failed },
    pause: pauseOf(control, row.paused_by),
    worker: await findWorkers(db, name, tenant),
    limits: isDue && control !== undefined ? await readLimitUses(db, control, tenant) : [],
    ahead: isDue ? await countAhead(db, id, row, control?.limits.weights ?? {}, isReady) : 0,
    throughput: isDue ? await readThroughput(db, name) : null,
  };
}

function errorOf({ error, reason, reason_message: message }: Row): string | MessageData | null {
  return error ?? message ?? (reason === null ? null : { template: reason, values: [] });
}

function pauseOf(control: DefinitionControl | undefined, byName: string | null): WaitFacts['pause'] {
  if (control?.paused == null) return null;
  const { by, at, reason } = control.paused;
  const given: MessageData | null = reason && (reason.message ?? { template: reason.text, values: [] });
  return { by, byName, at, reason: given };
}

async function readLimitUses(
  db: Kysely<Schema>,
  { name, limits }: DefinitionControl,
  tenant: string,
): Promise<LimitUse[]> {
  const counts = limits.concurrent !== undefined || limits.perTenant !== undefined;
  const running = counts ? await countRuns(db, name) : new Map<string, number>();
  const starts = limits.rate && (await readStarts(db, name, limits.rate.seconds));
  return limitUses(limits, {
    running: [...running.values()].reduce((sum, one) => sum + one, 0),
    runningOfTenant: running.get(tenant) ?? 0,
    started: starts?.runs ?? 0,
    oldestExpiresIn: starts?.oldestExpiresIn ?? 0,
  });
}

/**
 * Counts the tasks of a definition that can be claimed before this one, up to `MAX_AHEAD` + 1: parents whose children have
 * ended; the tenant's available tasks with a higher priority, or the same and a smaller id; and of each other tenant as many
 * as the turns allow that these take. All are ranges of the index `task_available`.
 *
 * @param isReady true for a parent whose children have ended
 */
async function countAhead(
  db: Kysely<Schema>,
  id: number,
  { name, tenant, priority }: Pick<Row, 'name' | 'tenant' | 'priority'>,
  weights: Readonly<Record<string, number>>,
  isReady: boolean,
): Promise<number> {
  const available = sql`batchline.task as t
    where t.name = ${name} and t.state = ${sql.lit(TaskState.New)} and t.job_id is null`;
  const limit = sql`limit ${MAX_AHEAD + 1}`;
  const count = async (tasks: RawBuilder<unknown>): Promise<number> => {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from (${tasks} ${limit}) as ahead`.execute(db);
    return rows[0]?.n ?? 0;
  };
  const parents = await count(sql`
    select 1 from ${FROM_READY_PARENTS} and t.name = ${name} and (not ${isReady} or f.parent_id < ${id})`);
  if (isReady) return parents;
  const own = await count(sql`
    (select 1 from ${available} and t.tenant = ${tenant} and t.priority > ${priority} ${limit})
    union all (
      select 1 from ${available} and t.tenant = ${tenant} and t.priority = ${priority} and t.id < ${id} ${limit})`);
  const turns = Math.ceil((own + 1) / (weights[tenant] ?? 1));
  const others = await count(sql`
    select 1 from (
      with recursive tenants as (
        (select t.tenant from ${available} order by t.tenant limit 1)
        union all
        select (select t.tenant from ${available} and t.tenant > x.tenant order by t.tenant limit 1)
        from tenants as x where x.tenant is not null
      )
      select x.tenant, coalesce((${JSON.stringify(weights)}::text::json ->> x.tenant)::int, 1) as weight
      from tenants as x where x.tenant <> ${tenant}
    ) as x cross join lateral (
      select 1 from ${available} and t.tenant >= x.tenant and t.tenant <= x.tenant limit ${turns}::int * x.weight
    ) as t`);
  return Math.min(parents + own + others, MAX_AHEAD + 1);
}

/** The throughput of a definition, from the last ends of tasks that ran. Reads the newest entries of `task_over`. */
async function readThroughput(db: Kysely<Schema>, name: string): Promise<number | null> {
  const ends = [TaskState.Succeeded, TaskState.Failed, TaskState.SucceededManualCleanup].map(
    (state) => sql`(
      select t.run_after, t.last_started from batchline.task as t
      where t.name = ${name} and t.state = ${sql.lit(state)} and t.run_after > now() - ${RECENT}
      order by t.run_after desc limit ${RECENT_ENDS})`,
  );
  const { rows } = await sql<{ ends: number; seconds: number }>`
    select count(*)::int as ends, coalesce(extract(epoch from now() - min(run_after)), 0)::float8 as seconds
    from (
      select * from (${sql.join(ends, sql` union all `)}) as ended order by run_after desc limit ${RECENT_ENDS}
    ) as ended
    where last_started is not null`.execute(db);
  return throughputOf(rows[0]?.ends ?? 0, rows[0]?.seconds ?? 0);
}
