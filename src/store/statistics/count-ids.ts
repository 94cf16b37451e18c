import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** How much of the ids of a table is used up. */
export interface IdUse {
  /** The table, without its schema. */
  readonly table: string;
  /** 0 to 1. */
  readonly ratio: number;
}

/** SQLSTATE of a sequence that has come to its end. */
const SEQUENCE_EXHAUSTED = '2200H';

/** Whether a row could not be inserted because its table has no ids left. */
export function isOutOfIds(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === SEQUENCE_EXHAUSTED;
}

/** The use of ids of 32 bits, which the wire gives tasks and binary objects (contract, sections 1 and 1.3). */
export async function countIds(db: Kysely<Schema>): Promise<IdUse[]> {
  const { rows } = await sql<IdUse>`
    select regexp_replace(sequencename::text, '_id_seq$', '') as "table",
      coalesce(last_value, 0)::float8 / max_value::float8 as ratio
    from pg_sequences
    where schemaname = 'batchline' and data_type = 'integer'::regtype
    order by sequencename`.execute(db);
  return rows;
}
