import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** Usage of the ids of a table. */
export interface IdUse {
  /** The table, without its schema. */
  readonly table: string;
  /** Used share, 0 to 1. */
  readonly ratio: number;
  /** Number of unused ids. */
  readonly left: number;
}

/** SQLSTATE of an exhausted sequence. */
const SEQUENCE_EXHAUSTED = '2200H';

/** Returns true if an insert failed because the table has no ids left. */
export function isOutOfIds(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === SEQUENCE_EXHAUSTED;
}

/** Returns the usage of 32-bit ids, which the wire format requires for tasks and binary objects (contract, sections 1 and 1.3). */
export async function countIds(db: Kysely<Schema>): Promise<IdUse[]> {
  const { rows } = await sql<IdUse>`
    select regexp_replace(sequencename::text, '_id_seq$', '') as "table",
      (coalesce(last_value, min_value - 1) - min_value + 1)::float8 / (max_value::float8 - min_value + 1) as ratio,
      (max_value - coalesce(last_value, min_value - 1))::float8 as "left"
    from pg_sequences
    where quote_ident(schemaname) = 'batchline'::regnamespace::text and data_type = 'integer'::regtype
    order by sequencename`.execute(db);
  return rows;
}
