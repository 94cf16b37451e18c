import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { inQuietTransaction } from '../transaction.ts';
import { keyOf, type MovedTable, tableName } from './tables.ts';

/** Rows that are copied at once. */
const BATCH = 500;

/**
 * Copies the rows of a table that the other database does not have yet: they go over by their key, a batch in one
 * statement, so that what is there tells how far an earlier try has come. Rows travel as the database's own text of
 * them, which loses nothing.
 *
 * @param copied is told of each batch
 */
export async function copyRows(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  table: MovedTable,
  copied: (rows: number) => void,
): Promise<void> {
  if (table.key.length === 0) return copyAgain(from, to, table, copied);
  const name = tableName(table);
  const key = keyOf(table, sql`t`);
  const backwards = sql.join(table.key.map((column) => sql`(t).${sql.id(column)} desc`));
  const last = await sql<{ row: string }>`
    select t::text as row from ${name} as t order by ${backwards} limit 1`.execute(to);
  let position = last.rows[0]?.row;
  for (;;) {
    const after =
      position === undefined ? sql`true` : sql`(${key}) > (${keyOf(table, sql`${position}::${name}`)})`;
    const { rows } = await sql<{ row: string }>`
      select t::text as row from ${name} as t where ${after} order by ${key} limit ${BATCH}`.execute(from);
    if (rows.length === 0) return;
    await insertRows(to, table, rows);
    position = rows.at(-1)?.row;
    copied(rows.length);
  }
}

/** Copies a table that has no key: all at once, in place of what an earlier try has brought. Such tables are small. */
async function copyAgain(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  table: MovedTable,
  copied: (rows: number) => void,
): Promise<void> {
  const name = tableName(table);
  const { rows } = await sql<{ row: string }>`select t::text as row from ${name} as t`.execute(from);
  await inQuietTransaction(to, async (trx) => {
    await sql`delete from ${name}`.execute(trx);
    for (let done = 0; done < rows.length; done += BATCH)
      await insertRows(trx, table, rows.slice(done, done + BATCH));
  });
  copied(rows.length);
}

async function insertRows(
  to: Kysely<Schema>,
  table: MovedTable,
  rows: readonly { readonly row: string }[],
): Promise<void> {
  const name = tableName(table);
  await sql`
    insert into ${name} overriding system value
    select (typed.row).* from (
      select value::${name} as row from unnest(${sql.val(rows.map(({ row }) => row))}::text[]) as value offset 0
    ) as typed`.execute(to);
}
