import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Visibility } from '../../domain/rights.ts';
import type { Schema } from '../schema.ts';

/** With more tenants than these, a list over all of them is one query over the whole table. */
const MOST_TENANTS = 16;

/** A part of what a list may read: the begin of an index. */
export interface Slice {
  readonly condition: RawBuilder<boolean>;
  /** Whether it is the tasks of one owner, and so may be a small part of its tenant's. */
  readonly ofOwner: boolean;
}

/**
 * What a list may read, in slices of one tenant and, where the caller does not see everybody's tasks, of one
 * owner. Every list reads within them, whatever its filter.
 */
export async function slicesOf(db: Kysely<Schema>, visible: Visibility): Promise<Slice[]> {
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

/** Of each slice, whether it has no more tasks than that; looks at no more of them. */
export async function areSmall(
  db: Kysely<Schema>,
  slices: readonly Slice[],
  most: number,
): Promise<boolean[]> {
  const counts = slices.map(
    ({ condition }, index) => sql`
      (select count(*)::int from (select 1 from batchline.task as t where ${condition} limit ${most + 1}) as part)
      as ${sql.ref(`n${index}`)}`,
  );
  const { rows } = await sql<Record<string, number>>`select ${sql.join(counts)}`.execute(db);
  return slices.map((_, index) => (rows[0]?.[`n${index}`] ?? 0) <= most);
}

/** The tenants that have tasks, by steps through the index; `undefined` where they are too many. */
async function listTenants(db: Kysely<Schema>): Promise<string[] | undefined> {
  const { rows } = await sql<{ tenant: string }>`
    with recursive step as (
      (select t.tenant from batchline.task as t order by t.tenant limit 1)
      union all
      select (select t.tenant from batchline.task as t where t.tenant > step.tenant order by t.tenant limit 1)
      from step where step.tenant is not null
    )
    select tenant from step where tenant is not null limit ${MOST_TENANTS + 1}`.execute(db);
  return rows.length > MOST_TENANTS ? undefined : rows.map(({ tenant }) => tenant);
}
