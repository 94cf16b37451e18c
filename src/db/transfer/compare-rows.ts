import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { inQuietTransaction } from '../transaction.ts';
import { type MovedTable, tableName } from './tables.ts';

/** How many rows a table has, and a checksum over all that is in them. */
export interface TableSum {
  readonly rows: number;
  readonly checksum: string;
}

/** Sums a table up: the same sum in two databases means the same rows. */
export function sumRows(db: Kysely<Schema>, table: MovedTable): Promise<TableSum> {
  return inQuietTransaction(db, async (trx) => {
    // What a time reads like is the session's.
    await sql`set local time zone 'UTC'`.execute(trx);
    const { rows } = await sql<TableSum>`
      select count(*)::float8 as rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text as checksum
      from ${tableName(table)} as t`.execute(trx);
    return rows[0] ?? { rows: 0, checksum: '0' };
  });
}
