import { type Kysely, sql, type Transaction } from 'kysely';
import type { EndedState, RetentionRules } from '../../core/retention.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';

/** Returns the rules that administrators have set, by the definition's name in lower case. */
export async function listRules(db: Kysely<Schema>): Promise<Map<string, RetentionRules>> {
  const rows = await db.selectFrom('batchline.retention').select(['name_key', 'rules']).execute();
  return new Map(rows.map((row) => [row.name_key, row.rules]));
}

/** Returns the rules that administrators have set for a definition, or `undefined`. */
export async function findRules(db: Kysely<Schema>, name: string): Promise<RetentionRules | undefined> {
  const row = await db
    .selectFrom('batchline.retention')
    .select('rules')
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
  return row?.rules;
}

/** Sets the rules of a definition. */
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
      rules = excluded.rules, updated = excluded.updated, updated_by = excluded.updated_by`.execute(db);
}

/** Deletes the rules of a definition. Returns false if there are none. */
export async function deleteRules(db: Kysely<Schema>, name: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('batchline.retention')
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Lists the definitions that have ended tasks, with one index lookup for each. */
export async function namesWithEndedTasks(db: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    with recursive names as (
      (select name from batchline.task where state in (4, 5, 6) order by name limit 1)
      union all
      select (
        select t.name from batchline.task as t
        where t.state in (4, 5, 6) and t.name > n.name order by t.name limit 1
      ) from names as n where n.name is not null
    )
    select name from names where name is not null`.execute(db);
  return rows.map((row) => row.name);
}

/**
 * Locks ended tasks of a definition that were last changed before a time, oldest first. Skips locked tasks, and children
 * whose parent has not ended: it may still read them.
 */
export async function lockEndedTasks(
  trx: Transaction<Schema>,
  name: string,
  state: EndedState,
  before: Date,
  limit: number,
): Promise<number[]> {
  // The parent is a scalar subquery: with `not exists` the planner joins, and reads all tasks if few have not ended.
  // A literal state, so that the planner can use the partial index of ended tasks. It has `run_after`, which the end sets
  // and later changes leave alone: an index with `updated` would keep every heartbeat from being a HOT update.
  const { rows } = await sql<{ id: number }>`
    select t.id from batchline.task as t
    where t.name = ${name} and t.state = ${sql.lit(TaskState[state])} and t.run_after < ${before}
      and t.updated < ${before}
      and (select p.state in (1, 2, 3) from batchline.task as p where p.id = t.parent_id) is not true
    order by t.run_after
    limit ${limit}
    for update of t skip locked`.execute(trx);
  return rows.map((row) => row.id);
}

/** Progress of a scan through the audit rows. */
export interface AuditStep {
  /** The id of the last scanned row; `undefined` if no old rows follow. */
  readonly to: string | undefined;
  readonly removed: number;
}

/**
 * Scans the next audit rows by id, and deletes those before a time whose tasks are deleted.
 *
 * @param from the id after which the scan starts
 */
export async function removeOldAudit(
  db: Kysely<Schema>,
  from: string,
  before: Date,
  limit: number,
): Promise<AuditStep> {
  const { rows } = await sql<{ id: string; at: Date; gone: boolean }>`
    select a.id, a.at, not exists (select 1 from batchline.task as t where t.id = a.task_id) as gone
    from batchline.task_audit as a where a.id > ${from} order by a.id limit ${limit}`.execute(db);
  const old = rows.filter((row) => row.at < before);
  const gone = old.filter((row) => row.gone).map((row) => row.id);
  if (gone.length > 0) {
    await sql`
      delete from batchline.task_audit
      where id in (select value::bigint from json_array_elements_text(${JSON.stringify(gone)}::text::json))`.execute(
      db,
    );
  }
  // Ids and times have the same order, except in overlapping transactions.
  const isLast = old.length < rows.length || rows.length < limit;
  return { to: isLast ? undefined : rows.at(-1)?.id, removed: gone.length };
}

/** Returns the rules that definitions declare, by the definition's name in lower case. */
export async function listOwnRules(db: Kysely<Schema>): Promise<Map<string, RetentionRules>> {
  const rows = await db.selectFrom('batchline.own_retention').select(['name_key', 'rules']).execute();
  return new Map(rows.map((row) => [row.name_key, row.rules]));
}

/** Returns the rules that a definition declares; empty if it declares none. */
export async function findOwnRules(db: Kysely<Schema>, name: string): Promise<RetentionRules> {
  const row = await db
    .selectFrom('batchline.own_retention')
    .select('rules')
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
  return row?.rules ?? {};
}

/** Stores the rules that a definition declares. The last process to start wins. */
export async function saveOwnRules(db: Kysely<Schema>, name: string, rules: RetentionRules): Promise<void> {
  await sql`
    insert into batchline.own_retention (name_key, rules)
    values (${name.toLowerCase()}, ${JSON.stringify(rules)}::text::jsonb)
    on conflict (name_key) do update set rules = excluded.rules`.execute(db);
}
