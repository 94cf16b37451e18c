import { type Kysely, sql } from 'kysely';
import type pg from 'pg';
import { OperatorError } from '../../core/errors.ts';
import type { Schema } from '../schema.ts';

const EXTENSION = "select 1 from pg_catalog.pg_extension where extname = 'citus'";

/**
 * Rejects a worker of a Citus cluster: its copy of the metadata can't create tables, and its sequences give other ids.
 *
 * @throws OperatorError `DATABASE_UNSUPPORTED`
 */
export async function checkCoordinator(client: pg.ClientBase): Promise<void> {
  if ((await client.query(EXTENSION)).rows.length === 0) return;
  const { rows } = await client.query<{ yes: boolean }>('select citus_is_coordinator() as yes');
  if (rows[0]?.yes === true) return;
  throw new OperatorError(
    'DATABASE_UNSUPPORTED',
    'DATABASE_URL names a worker of a Citus cluster; the address of its coordinator is accepted.',
  );
}

/**
 * Makes our schemas distributed schemas of Citus, which places each on one of its nodes. Does nothing if they are.
 * Migrations before it ran on local tables, because not every change of a table can be made to a distributed one.
 *
 * @throws OperatorError `DATABASE_UNSUPPORTED` if the database has no Citus
 */
export async function distributeSchemas(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql.raw(EXTENSION).execute(db);
  if (rows.length === 0)
    throw new OperatorError(
      'DATABASE_UNSUPPORTED',
      'DATABASE_BACKEND is "citus", but the database of DATABASE_URL does not have the extension; run "create extension citus" there, or set DATABASE_BACKEND to postgres.',
    );
  for (const schema of [sql`'batchline'::regnamespace`, sql`'batchline_data'::regnamespace`])
    await sql`
      select citus_schema_distribute(${schema})
      where not exists (select 1 from pg_catalog.pg_dist_schema where schemaid = ${schema})`.execute(db);
}
