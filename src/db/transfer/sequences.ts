import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** Sets the other database's counters of ids to where these are, so that no id is given twice. */
export async function copySequences(from: Kysely<Schema>, to: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ name: string; last: string }>`
    select sequencename as name, last_value::text as last from pg_sequences
    where schemaname = 'batchline' and last_value is not null`.execute(from);
  for (const { name, last } of rows)
    await sql`select setval(${`batchline.${name}`}::regclass, ${last}::bigint)`.execute(to);
}
