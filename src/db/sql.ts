import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** What a statement's text ends with that PostgreSQL is to prepare. */
export const PREPARED_MARK = '/* prepared */';

/**
 * Ends a hot statement: each connection to PostgreSQL then parses and plans it once instead of every time,
 * which is half the cost of a short one (bench/README.md). Its text must be one of a few, with everything that
 * varies in its parameters. The embedded database takes it for the comment that it is.
 */
export const PREPARED = sql.raw(PREPARED_MARK);

/** What time it is by the database's clock, the only one that all servers share. */
export async function databaseTime(db: Kysely<Schema>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select now() as now`.execute(db);
  return rows[0]?.now ?? new Date(Number.NaN);
}

/** Returns the time of the database at this moment, even inside a transaction; `databaseTime` is that of its start. */
export async function databaseClock(db: Kysely<Schema>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  return rows[0]?.now ?? new Date(Number.NaN);
}

/** Resolves if the database responds to a statement. */
export async function pingDatabase(db: Kysely<Schema>): Promise<void> {
  await sql`select 1`.execute(db);
}

/** Returns the value of a setting of the PostgreSQL server in this session. */
export async function serverSetting(db: Kysely<Schema>, name: string): Promise<string> {
  const { rows } = await sql<{ value: string }>`select current_setting(${name}) as value`.execute(db);
  return rows[0]?.value ?? '';
}
