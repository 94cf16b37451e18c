import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** The share of a table's ids that is used up. */
export interface IdUse {
  /** The table, without its schema. */
  readonly table: string;
  /** 0 to 1. */
  readonly ratio: number;
}

/** SQLSTATE of an exhausted sequence. */
const SEQUENCE_EXHAUSTED = '2200H';

/** Returns whether an insert failed because its table has no ids left. */
export function isOutOfIds(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === SEQUENCE_EXHAUSTED;
}

/** The usage of 32-bit ids, which the wire requires for tasks and binary objects (contract, sections 1 and 1.3). */
export async function countIds(db: Kysely<Schema>): Promise<IdUse[]> {
  const { rows } = await sql<IdUse>`
    select regexp_replace(sequencename::text, '_id_seq$', '') as "table",
      coalesce(last_value, 0)::float8 / max_value::float8 as ratio
    from pg_sequences
    where schemaname = 'batchline' and data_type = 'integer'::regtype
    order by sequencename`.execute(db);
  return rows;
}
