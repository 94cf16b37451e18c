import { type Kysely, sql } from 'kysely';
import type { RetentionRules } from '../../core/retention.ts';
import type { Schema } from '../schema.ts';

/** What definitions themselves say, by the definition's name in lower case. */
export async function listOwnRules(db: Kysely<Schema>): Promise<Map<string, RetentionRules>> {
  const rows = await db.selectFrom('batchline.own_retention').select(['name_key', 'rules']).execute();
  return new Map(rows.map((row) => [row.name_key, row.rules]));
}

/** What a definition itself says; nothing where no process that has its module has said so. */
export async function findOwnRules(db: Kysely<Schema>, name: string): Promise<RetentionRules> {
  const row = await db
    .selectFrom('batchline.own_retention')
    .select('rules')
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
  return row?.rules ?? {};
}

/** Keeps what a definition itself says; the process that was started last counts. */
export async function keepOwnRules(db: Kysely<Schema>, name: string, rules: RetentionRules): Promise<void> {
  await sql`
    insert into batchline.own_retention (name_key, rules)
    values (${name.toLowerCase()}, ${JSON.stringify(rules)}::text::jsonb)
    on conflict (name_key) do update set rules = excluded.rules`.execute(db);
}
