import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  // One row: the last known cells and placements, for a start while the control database is unreachable.
  sql`create table if not exists batchline.cell_map (
    id int primary key check (id = 1),
    content text not null
  )`,
  // Hashes of the accounts without a tenant when this cell and the control database last agreed.
  sql`create table if not exists batchline.shared_account (
    kind text not null,
    id int not null,
    here text not null,
    there text not null,
    primary key (kind, id)
  )`,
  // The tenants that are moving to another cell, or are in one, so that nothing can be written to their rows here.
  sql`create table if not exists batchline.tenant_fence (
    tenant text primary key,
    is_moving boolean not null
  )`,
];

/** A copy of the map of cells, hashes of the accounts that all cells share, and the tenants that have moved away. */
export const cells: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
