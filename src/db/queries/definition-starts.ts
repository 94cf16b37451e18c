import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

/** What has begun of a definition within a period that ends now. */
export interface RecentStarts {
  readonly runs: number;
  /** Seconds until the oldest of them leaves the period. */
  readonly oldestLeavesIn: number;
}

/** Counts the runs of a definition that have begun in the last seconds. */
export async function readStarts(
  trx: Transaction<Schema>,
  name: string,
  seconds: number,
): Promise<RecentStarts> {
  const { rows } = await sql<{ runs: number; leaves: number }>`
    select coalesce(sum(runs), 0)::int as runs,
      coalesce(extract(epoch from min(at) - clock_timestamp()), 0)::float8 + ${seconds}::float8 as leaves
    from batchline.definition_start
    where name = ${name} and at > clock_timestamp() - ${seconds}::float8 * interval '1 second'`.execute(trx);
  return { runs: rows[0]?.runs ?? 0, oldestLeavesIn: Math.max(0, rows[0]?.leaves ?? 0) + 0.001 };
}

/** Keeps that runs of a definition have begun now, and forgets those that have left the period. */
export async function insertStarts(
  trx: Transaction<Schema>,
  name: string,
  seconds: number,
  runs: number,
): Promise<void> {
  await sql`
    delete from batchline.definition_start
    where name = ${name} and at <= clock_timestamp() - ${seconds}::float8 * interval '1 second'`.execute(trx);
  await sql`insert into batchline.definition_start (name, runs) values (${name}, ${runs})`.execute(trx);
}
