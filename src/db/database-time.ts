import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** What time it is by the database's clock, the only one that all servers share. */
export async function databaseTime(db: Kysely<Schema>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select now() as now`.execute(db);
  return rows[0]?.now ?? new Date(Number.NaN);
}
