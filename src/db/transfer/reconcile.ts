import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { inQuietTransaction } from '../transaction.ts';
import { areEqual, keyOf, rowsOf, sumRows, type TransferTable, tableName, typedRows } from './rows.ts';

/** Number of rows that are compared, and written if they differ, at once. */
const CHUNK = 2000;

/** Rows between two keys. */
interface Range {
  /** The row before the first one; `undefined` for the start. */
  readonly after: string | undefined;
  /** The last row; `undefined` for the end. */
  readonly upTo: string | undefined;
}

/**
 * Copies the rows of a table that are missing or different in the target. Rows that are the same are only compared, by a
 * checksum of each chunk, so that a copy which was made while the source was in use is completed quickly. Extra
 * rows of the target stay: `deleteExtraRows`.
 *
 * @param copied called with the number of rows of each chunk that was copied
 */
export async function reconcileRows(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  table: TransferTable,
  copied: (rows: number) => void = () => undefined,
): Promise<void> {
  const columns = await columnsOf(to, table);
  for await (const chunk of differentChunks(from, to, table)) {
    const rows = await readChunk(from, table, chunk);
    if (rows.length === 0) continue;
    await upsertRows(to, table, columns, rows);
    copied(rows.length);
  }
}

/** Deletes the rows of a table that the source does not have. Rows that refer to them must be deleted first. */
export async function deleteExtraRows(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  table: TransferTable,
): Promise<void> {
  const name = tableName(table);
  for await (const chunk of differentChunks(from, to, table)) {
    const rows = await readChunk(from, table, chunk);
    await sql`
      delete from ${name} as t where ${inRange(table, chunk)} and (${keyOf(table, sql`t`)}) not in (
        select ${keyOf(table, sql`typed.row`)} from ${typedRows(table, rows)}
      )`.execute(to);
  }
}

async function* differentChunks(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  table: TransferTable,
): AsyncGenerator<Range> {
  for (let after: string | undefined; ; ) {
    const { rows } = await sql<{ row: string }>`
      select t::text as row from ${tableName(table)} as t where ${inRange(table, { after, upTo: undefined })}
      order by ${keyOf(table, sql`t`)} offset ${CHUNK - 1} limit 1`.execute(from);
    const chunk = { after, upTo: rows[0]?.row };
    const part = { ...table, where: inRange(table, chunk) };
    const [source, target] = await Promise.all([sumRows(from, part), sumRows(to, part)]);
    if (!areEqual(source, target)) yield chunk;
    if (chunk.upTo === undefined) return;
    after = chunk.upTo;
  }
}

function inRange(table: TransferTable, { after, upTo }: Range): RawBuilder<unknown> {
  const key = keyOf(table, sql`t`);
  const keyIn = (row: string): RawBuilder<unknown> => keyOf(table, sql`${row}::${tableName(table)}`);
  const isAfter = after === undefined ? sql`true` : sql`(${key}) > (${keyIn(after)})`;
  const isUpTo = upTo === undefined ? sql`true` : sql`(${key}) <= (${keyIn(upTo)})`;
  return sql`(${rowsOf(table)} and ${isAfter} and ${isUpTo})`;
}

async function readChunk(from: Kysely<Schema>, table: TransferTable, chunk: Range): Promise<string[]> {
  const { rows } = await sql<{ row: string }>`
    select t::text as row from ${tableName(table)} as t where ${inRange(table, chunk)}`.execute(from);
  return rows.map(({ row }) => row);
}

/** Returns the columns of a table that are not part of its key. */
async function columnsOf(db: Kysely<Schema>, { schema, name, key }: TransferTable): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select a.attname as name from pg_attribute as a
    where a.attrelid = ${sql.lit(`${schema}.${name}`)}::regclass and a.attnum > 0 and not a.attisdropped`.execute(
    db,
  );
  return rows.map((column) => column.name).filter((column) => !key.includes(column));
}

async function upsertRows(
  to: Kysely<Schema>,
  table: TransferTable,
  columns: readonly string[],
  rows: readonly string[],
): Promise<void> {
  const name = tableName(table);
  const changes = columns.map((column) => sql`${sql.id(column)} = ${sql.ref(`excluded.${column}`)}`);
  const onConflict = changes.length === 0 ? sql`do nothing` : sql`do update set ${sql.join(changes)}`;
  await inQuietTransaction(to, (trx) =>
    sql`
      insert into ${name} overriding system value
      select (typed.row).* from ${typedRows(table, rows)}
      on conflict (${sql.join(table.key.map((column) => sql.id(column)))}) ${onConflict}`.execute(trx),
  );
}
