import { type Kysely, type LogEvent, type RawBuilder, sql } from 'kysely';
import type { DatabaseMeter } from '../core/meters.ts';
import type { Schema } from './schema.ts';

/** Ends the text of a statement that is prepared. */
export const PREPARED_MARK = '/* prepared */';

/**
 * Marks a frequent statement, at its end. Each connection parses it once, and plans it at most once per second (`PlanAge`)
 * instead of every time, which is half the cost of a short one (bench/README.md). Put everything that varies into
 * parameters, because each distinct text is prepared. Not for statements whose best plan depends on the values of parameters.
 */
export const PREPARED = sql.raw(PREPARED_MARK);

/**
 * Returns the time this many seconds from now. The seconds may be in a column: Citus rejects an UPDATE that applies a stable
 * function, such as `timestamptz + interval`, to columns.
 */
export function secondsFromNow(seconds: RawBuilder<unknown>): RawBuilder<Date> {
  return sql<Date>`to_timestamp(extract(epoch from now())::float8 + ${seconds})`;
}

/** Returns the time of the database's clock, the only one that all servers share. */
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

/** Returns the option of Kysely that reports statements to the meter; none without a meter. */
export function logTo(meter: DatabaseMeter | undefined): { log?: (event: LogEvent) => void } {
  if (meter === undefined) return {};
  return {
    log: (event) =>
      meter.statement(
        event.queryDurationMillis / 1000,
        event.level === 'error' ? (event.error ?? 'unknown') : undefined,
      ),
  };
}
