import { type Kysely, sql } from 'kysely';
import type { RetentionRules } from '../../core/retention.ts';
import type { Schema } from '../schema.ts';

/** The rules that administrators have set, by the definition's name in lower case. */
export async function listRules(db: Kysely<Schema>): Promise<Map<string, RetentionRules>> {
  const rows = await db.selectFrom('batchline.retention').select(['name_key', 'rules']).execute();
  return new Map(rows.map((row) => [row.name_key, row.rules]));
}

/** The rules that administrators have set for a definition, or `undefined`. */
export async function findRules(db: Kysely<Schema>, name: string): Promise<RetentionRules | undefined> {
  const row = await db
    .selectFrom('batchline.retention')
    .select('rules')
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
  return row?.rules;
}

/** Sets the rules of a definition, in the place of earlier ones. */
export async function writeRules(
  db: Kysely<Schema>,
  name: string,
  rules: RetentionRules,
  by: number,
): Promise<void> {
  await sql`
    insert into batchline.retention (name_key, rules, updated_by)
    values (${name.toLowerCase()}, ${JSON.stringify(rules)}::text::jsonb, ${by})
    on conflict (name_key) do update set
      rules = excluded.rules, updated = now(), updated_by = excluded.updated_by`.execute(db);
}

/** Removes the rules of a definition. Resolves to whether there were some. */
export async function deleteRules(db: Kysely<Schema>, name: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('batchline.retention')
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
