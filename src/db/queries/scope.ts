import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Filter } from '../../core/odata/filter.ts';
import { canBeIn } from '../../core/odata/possible-states.ts';
import type { Visibility } from '../../core/permissions.ts';
import { HELD_STATES, INACTIVE_STATES } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { IS_HELD, IS_INACTIVE } from './held-tasks.ts';

/** With more tenants than these, a list over all of them is one query over the whole table. */
const MAX_TENANTS = 16;

/** A part of what a list may read: the begin of an index. */
export interface Slice {
  readonly condition: RawBuilder<boolean>;
  /** Whether it is the tasks of one owner, and so may be a small part of its tenant's. */
  readonly ofOwner: boolean;
  /** Whether it is what is held, which is few tasks in no index of the lists. */
  readonly ofHeld: boolean;
}

/**
 * What a list may read, in slices of one tenant and, where the caller does not see everybody's tasks, of one
 * owner; of each what is at rest and what is held. Every list reads within them, whatever its filter.
 *
 * @param filter slices in which it finds nothing are left out
 */
export async function slicesOf(
  db: Kysely<Schema>,
  visible: Visibility,
  filter: Filter | undefined,
): Promise<Slice[]> {
  const slices = await slicesOfOwners(db, visible);
  const parts = [
    ...(canBeIn(filter, INACTIVE_STATES) ? [{ which: IS_INACTIVE, ofHeld: false }] : []),
    ...(canBeIn(filter, HELD_STATES) ? [{ which: IS_HELD, ofHeld: true }] : []),
  ];
  return slices.flatMap(({ condition, ofOwner }) =>
    parts.map(({ which, ofHeld }) => ({
      condition: sql<boolean>`${condition} and ${which}`,
      ofOwner,
      ofHeld,
    })),
  );
}

async function slicesOfOwners(
  db: Kysely<Schema>,
  visible: Visibility,
): Promise<Pick<Slice, 'condition' | 'ofOwner'>[]> {
  const tenants = visible.tenant === null ? await listTenants(db) : [visible.tenant];
  const ofTenants = tenants?.map((tenant) => sql<boolean>`t.tenant = ${tenant}`) ?? [sql<boolean>`true`];
  const { ownerIds } = visible;
  if (ownerIds === null) return ofTenants.map((condition) => ({ condition, ofOwner: false }));
  return ofTenants.flatMap((ofTenant) =>
    ownerIds.map((ownerId) => ({
      condition: sql<boolean>`${ofTenant} and t.owner_id = ${ownerId}::int`,
      ofOwner: tenants !== undefined,
    })),
  );
}

/** Of each slice, whether it has no more tasks than that; looks at no more of them. What is held is small, and not counted. */
export async function areSmall(
  db: Kysely<Schema>,
  slices: readonly Slice[],
  most: number,
): Promise<boolean[]> {
  const counts = slices.map(({ condition, ofHeld }, index) =>
    ofHeld
      ? sql`0 as ${sql.ref(`n${index}`)}`
      : sql`
      (select count(*)::int from (select 1 from batchline.task as t where ${condition} limit ${most + 1}) as part)
      as ${sql.ref(`n${index}`)}`,
  );
  const { rows } = await sql<Record<string, number>>`select ${sql.join(counts)}`.execute(db);
  return slices.map((_, index) => (rows[0]?.[`n${index}`] ?? 0) <= most);
}

/** The tenants that have tasks, by steps through the indexes; `undefined` where they are too many. */
async function listTenants(db: Kysely<Schema>): Promise<string[] | undefined> {
  const first = (which: RawBuilder<boolean>, beyond: RawBuilder<boolean>): RawBuilder<unknown> =>
    sql`(select t.tenant from batchline.task as t where ${which} and ${beyond} order by t.tenant limit 1)`;
  const next = (beyond: RawBuilder<boolean>): RawBuilder<unknown> =>
    sql`least(${first(IS_INACTIVE, beyond)}, ${first(IS_HELD, beyond)})`;
  const { rows } = await sql<{ tenant: string }>`
    with recursive step as (
      select ${next(sql`true`)} as tenant
      union all
      select ${next(sql`t.tenant > step.tenant`)} from step where step.tenant is not null
    )
    select tenant from step where tenant is not null limit ${MAX_TENANTS + 1}`.execute(db);
  return rows.length > MAX_TENANTS ? undefined : rows.map(({ tenant }) => tenant);
}
