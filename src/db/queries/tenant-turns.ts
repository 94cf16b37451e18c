import { type RawBuilder, sql } from 'kysely';
import { INT32_MAX } from '../../core/limits.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Turn } from '../../core/tenant-turns.ts';

/** Tenants to search for in addition to the number of tasks, because other claims may have locked the tasks of some. */
const SPARE_TENANTS = 8;

/** The limit of concurrent runs per tenant, and the current numbers. */
export interface TenantRoom {
  readonly perTenant: number;
  readonly running: ReadonlyMap<string, number>;
}

/** How to select tasks of one definition by turns. */
export interface Turns {
  /** Where the round robin of its tenants continues. */
  readonly turn: Turn;
  /** Selects only tasks of this tenant; `null` for all. */
  readonly tenant?: string | null;
  /** The limit per tenant; `undefined` if there is none. */
  readonly room?: TenantRoom | undefined;
  /** Takes the oldest task of each tenant, regardless of its priority. */
  readonly byAge?: boolean;
}

/** Available tasks of the definition `a`. */
const AVAILABLE = sql`batchline.task as t
  where t.name = a.name and t.state = ${sql.lit(TaskState.New)} and t.job_id is null`;

/**
 * Tasks of the tenant `w`. An equality would also allow plans that read the tasks of all tenants by priority and drop the others.
 * PostgreSQL prefers them if it has only seen tasks of one tenant.
 */
const OF_TENANT = sql`t.tenant >= w.tenant and t.tenant <= w.tenant`;

/**
 * Selects and locks available tasks of the definition `a` (`name`, `weights`) by turns of its tenants: `id`, `job_id`, the
 * `tenant`, its `place` in the order of turns, the `quota` of its turn, whether it `is_share` of the claim rather than all
 * that a limit allows, and the number of `tenants`. A row is locked only when the outer limit needs it.
 *
 * - The tenants follow in the order of the index `task_available`, beginning after the one that was served last. Each step is
 *   a search in the index, so that the number of waiting tasks doesn't matter. If a turn was cut short, its tenant begins with
 *   the rest of it.
 * - The quotas share the limit by the weights. They are used up in one go: for two tenants and 250 tasks, 125 of the first,
 *   then 125 of the second. If a tenant has fewer tasks, the claim returns fewer than it could, and the next follows at once.
 * - Within a tenant, the order is by priority, then oldest first.
 */
export function selectByTurns(
  { turn, tenant = null, room, byAge = false }: Turns,
  limit: number,
): RawBuilder<unknown> {
  const left =
    room === undefined
      ? sql.lit(INT32_MAX)
      : sql`${room.perTenant}::int - coalesce((${JSON.stringify(Object.fromEntries(room.running))}::text::json ->> n.tenant)::int, 0)`;
  const tenants =
    tenant === null
      ? walk(turn, left, limit + SPARE_TENANTS)
      : sql`select n.tenant, ${left} as room, 1 as place from (select ${tenant}::text as tenant) as n`;
  const { isRest, rest } = { isRest: sql`w.tenant = ${turn.tenant}::text`, rest: sql`${turn.left}::int` };
  return sql`
    select t.id, t.job_id, w.tenant, w.place, w.quota, w.quota < w.room as is_share, w.tenants from (
      select w.*, ${
        byAge
          ? sql`1`
          : sql`least(w.room, case
        when w.tenants = 1 then ${limit}::int
        when w.is_rest then ${rest}
        else w.weight * ceil(greatest(${limit}::int - ${rest}, 1)::float8 / w.weights)::int
      end)`
      } as quota from (
        select w.*, count(*) over () as tenants, sum(w.weight) filter (where not w.is_rest) over () as weights
        from (
          select w.tenant, w.place, w.room, ${rest} > 0 and ${isRest} as is_rest,
            coalesce((a.weights ->> w.tenant)::int, 1) as weight
          from (${tenants}) as w
          where w.room > 0
        ) as w
      ) as w
    ) as w cross join lateral (${byAge ? OLDEST : mostUrgent(limit)}) as t`;
}

/**
 * Walks from tenant to tenant, beginning with the one whose turn was cut short. `wrapped` is false before the last entry of
 * the index, and null at the end of the round.
 */
function walk(turn: Turn, room: RawBuilder<unknown>, max: number): RawBuilder<unknown> {
  const first =
    turn.left > 0
      ? sql`select ${turn.tenant}::text as tenant, false as wrapped`
      : next(turn, sql`${turn.tenant}::text`, sql`false`);
  return sql`
    with recursive walk as (
      select n.tenant, n.wrapped, ${room} as room, 1 as place from (${first}) as n
      union all
      select n.tenant, n.wrapped, ${room}, w.place + case when w.room > 0 then 1 else 0 end
      from walk as w cross join lateral (${next(turn, sql`w.tenant`, sql`w.wrapped`)}) as n
      where w.wrapped is not null and w.place < ${max}::int
    )
    select * from walk`;
}

/** The tenant after another one: a later one, then from the first on, at last the one that was served last. */
function next(turn: Turn, tenant: RawBuilder<unknown>, wrapped: RawBuilder<unknown>): RawBuilder<unknown> {
  const last = sql`${turn.tenant}::text`;
  return sql`
    select * from (
      (select t.tenant, false as wrapped from ${AVAILABLE} and not ${wrapped} and t.tenant > ${tenant}
        order by t.tenant limit 1)
      union all
      (select t.tenant, true from ${AVAILABLE} and not ${wrapped} and t.tenant < ${last} order by t.tenant limit 1)
      union all
      (select t.tenant, true from ${AVAILABLE} and ${wrapped} and t.tenant > ${tenant} and t.tenant < ${last}
        order by t.tenant limit 1)
      union all
      (select t.tenant, null from ${AVAILABLE} and ${turn.left}::int = 0 and t.tenant >= ${last} and t.tenant <= ${last}
        order by t.tenant limit 1)
    ) as n limit 1`;
}

/** The available tasks of the tenant `w`, by priority, then oldest first. */
function mostUrgent(limit: number): RawBuilder<unknown> {
  return sql`
    select * from (
      select t.id, t.job_id from ${AVAILABLE} and ${OF_TENANT}
      order by t.tenant, t.priority desc, t.id
      limit ${expectedRows(limit)}
      for update of t skip locked
    ) as t limit w.quota`;
}

/**
 * Selects and locks available tasks of the definition `a` of all tenants, by priority, then oldest first. A row is locked only
 * when the outer limit needs it.
 */
export function selectByPriority(limit: number): RawBuilder<unknown> {
  return sql`
    select t.id, t.job_id from ${AVAILABLE}
    order by t.priority desc, t.id
    limit ${expectedRows(limit)}
    for update of t skip locked`;
}

/** True if several tenants have available tasks of the definition `a`. The order makes PostgreSQL use `task_available`. */
export const IS_SHARED = sql`(
  select t.tenant from ${AVAILABLE} and t.tenant < (select t.tenant from ${AVAILABLE} order by t.tenant desc limit 1)
  order by t.tenant desc limit 1
) is not null`;

/** A constant, so that PostgreSQL expects few rows although it doesn't know the limit when it plans. */
function expectedRows(limit: number): RawBuilder<unknown> {
  return sql.lit(16 ** Math.ceil(Math.log2(Math.max(limit, 2)) / 4));
}

/** The oldest available task of the tenant `w`: the first of each priority is compared. */
const OLDEST = sql`
  select t.id, t.job_id from (
    with recursive level as (
      (select t.priority from ${AVAILABLE} and ${OF_TENANT} order by t.tenant, t.priority desc limit 1)
      union all
      select (
        select t.priority from ${AVAILABLE} and ${OF_TENANT} and t.priority < l.priority
        order by t.tenant, t.priority desc limit 1
      ) from level as l where l.priority is not null
    )
    select o.id from level as l cross join lateral (
      select t.id from ${AVAILABLE} and ${OF_TENANT} and t.priority = l.priority order by t.tenant, t.id limit 1
    ) as o
    order by o.id limit 1
  ) as o cross join lateral (
    select t.id, t.job_id from ${AVAILABLE} and t.id = o.id for update of t skip locked
  ) as t`;

/** The tenants that the rows of `due` serve, as JSON (`ServedTurns`); null without any. */
export const SERVED = sql`(
  select json_build_object(
    'last', (array_agg(json_build_object('tenant', d.tenant, 'left', d.quota - d.claimed) order by d.place desc))[1],
    'tenants', max(d.tenants), 'hasMore', bool_or(d.claimed >= d.quota and d.is_share)
  )::text
  from (
    select d.tenant, d.place, d.quota, d.is_share, d.tenants, count(*) as claimed
    from due as d group by d.tenant, d.place, d.quota, d.is_share, d.tenants
  ) as d
  having count(*) > 0
)`;
