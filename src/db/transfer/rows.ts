import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { inQuietTransaction } from '../transaction.ts';

/** A table that is transferred. */
export interface TransferTable {
  /** The schema as statements name it: that of the server, or that of imported data. Each database may name it otherwise. */
  readonly schema: 'batchline' | 'batchline_data';
  readonly name: string;
  /** The columns of its primary key in order; empty if it has none. */
  readonly key: readonly string[];
  /** The rows that are transferred, a condition on `t`; all if absent. It has the same meaning in both databases. */
  readonly where?: RawBuilder<unknown>;
}

/** Returns the qualified name of a table as SQL. */
export function tableName({ schema, name }: TransferTable): RawBuilder<unknown> {
  return sql.id(schema, name);
}

/** Returns the primary key of a row as SQL. @param row an alias or a value of the table's row type */
export function keyOf({ key }: TransferTable, row: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql.join(key.map((column) => sql`(${row}).${sql.id(column)}`));
}

/** The condition on the row `t` for the rows that are transferred. */
export function rowsOf({ where }: TransferTable): RawBuilder<unknown> {
  return where ?? sql`true`;
}

/** The columns of the primary key of the table `pg_class as c` in order, as JSON; null if it has none. */
export const PRIMARY_KEY = sql<string[] | null>`(select json_agg(a.attname order by k.position)
  from pg_index as i
  cross join unnest(i.indkey) with ordinality as k (attnum, position)
  join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
  where i.indrelid = c.oid and i.indisprimary)`;

/** The rows of a table in their text representation, as a list `typed (row)` for a `from` clause. */
export function typedRows(table: TransferTable, rows: readonly string[]): RawBuilder<unknown> {
  return sql`(
    select value::${tableName(table)} as row from unnest(${sql.val([...rows])}::text[]) as value offset 0
  ) as typed`;
}

/** Number of rows of a table, and a checksum of their content. */
export interface TableSum {
  readonly rows: number;
  readonly checksum: string;
}

/** True if two sums are those of the same rows. */
export function areEqual(one: TableSum, other: TableSum): boolean {
  return one.rows === other.rows && one.checksum === other.checksum;
}

/** Counts the rows of a table and computes their checksum, which does not depend on their order. */
export function sumRows(db: Kysely<Schema>, table: TransferTable): Promise<TableSum> {
  return inQuietTransaction(db, async (trx) => {
    // The text of a timestamp depends on the time zone of the session.
    await sql`set local time zone 'UTC'`.execute(trx);
    const { rows } = await sql<TableSum>`
      select count(*)::float8 as rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text as checksum
      from ${tableName(table)} as t where ${rowsOf(table)}`.execute(trx);
    return rows[0] ?? { rows: 0, checksum: '0' };
  });
}

/** Number of rows in one statement. */
const BATCH = 500;

/**
 * Copies the rows of a table that the target does not have yet, in batches ordered by key: the last key of the target is
 * the resume point. Rows are copied in their text representation, which is lossless.
 *
 * @param copied called with the size of each batch
 */
export async function copyRows(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  table: TransferTable,
  copied: (rows: number) => void,
): Promise<void> {
  if (table.key.length === 0) return replaceRows(from, to, table, copied);
  const name = tableName(table);
  const key = keyOf(table, sql`t`);
  const descending = sql.join(table.key.map((column) => sql`(t).${sql.id(column)} desc`));
  const last = await sql<{ row: string }>`
    select t::text as row from ${name} as t where ${rowsOf(table)} order by ${descending} limit 1`.execute(
    to,
  );
  let position = last.rows[0]?.row;
  for (;;) {
    const after =
      position === undefined ? sql`true` : sql`(${key}) > (${keyOf(table, sql`${position}::${name}`)})`;
    const { rows } = await sql<{ row: string }>`
      select t::text as row from ${name} as t where ${rowsOf(table)} and ${after} order by ${key} limit ${BATCH}`.execute(
      from,
    );
    if (rows.length === 0) return;
    await insertRows(to, table, rows);
    position = rows.at(-1)?.row;
    copied(rows.length);
  }
}

/** Replaces all rows of a table without a primary key in one transaction. Such tables are small. */
async function replaceRows(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  table: TransferTable,
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
  table: TransferTable,
  rows: readonly { readonly row: string }[],
): Promise<void> {
  const name = tableName(table);
  await sql`
    insert into ${name} overriding system value
    select (typed.row).* from ${typedRows(
      table,
      rows.map(({ row }) => row),
    )}`.execute(to);
}

/** Creates a table of imported data in the target, unless it exists. */
export async function createDataTable(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  table: TransferTable,
): Promise<void> {
  const { rows } = await sql<{ name: string; type: string; required: boolean }>`
    select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required
    from pg_attribute as a
    where a.attrelid = ${sql.lit(`${table.schema}.${table.name}`)}::regclass and a.attnum > 0 and not a.attisdropped
    order by a.attnum`.execute(from);
  const columns = rows.map(
    (column) =>
      // `format_type` returns valid SQL.
      sql`${sql.id(column.name)} ${sql.raw(column.type)} ${sql.raw(column.required ? 'not null' : '')}`,
  );
  await sql`create table if not exists ${tableName(table)} (
    ${sql.join(columns)},
    primary key (${sql.join(table.key.map((column) => sql.id(column)))})
  )`.execute(to);
}
