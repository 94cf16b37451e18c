import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** Counts a crash of a process that ran only this definition. Resolves to the number of consecutive crashes. */
export async function countCrash(db: Kysely<Schema>, name: string): Promise<number> {
  const { rows } = await sql<{ crashes: number }>`
    insert into batchline.definition_control as c (name, version, crashes) values (${name}, 1, 1)
    on conflict (name) do update set crashes = c.crashes + 1
    returning crashes`.execute(db);
  return rows[0]?.crashes ?? 0;
}

/** Resets the count: a run of the definition ended without a crash. */
export async function forgetCrashes(db: Kysely<Schema>, name: string): Promise<void> {
  await sql`update batchline.definition_control set crashes = 0 where name = ${name} and crashes > 0`.execute(
    db,
  );
}

/** Lists the definitions with crashes in a row. */
export async function listCrashed(db: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from batchline.definition_control where crashes > 0`.execute(db);
  return rows.map((row) => row.name);
}
