import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Visibility } from '../../domain/rights.ts';
import type { Schema } from '../schema.ts';

/** With more tenants than these, a list over all of them is one query over the whole table. */
const MOST_TENANTS = 16;

/**
 * What a list may read, in slices of which each is the begin of an index: one tenant and, where the caller does
 * not see everybody's tasks, one owner. Every list reads within them, whatever its filter.
 */
export async function slicesOf(db: Kysely<Schema>, visible: Visibility): Promise<RawBuilder<boolean>[]> {
  const tenants = visible.tenant === null ? await listTenants(db) : [visible.tenant];
  const ofTenant = tenants?.map((tenant) => sql<boolean>`t.tenant = ${tenant}`) ?? [sql<boolean>`true`];
  const { ownerIds } = visible;
  if (ownerIds === null) return ofTenant;
  return ofTenant.flatMap((slice) =>
    ownerIds.map((ownerId) => sql<boolean>`${slice} and t.owner_id = ${ownerId}::int`),
  );
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
