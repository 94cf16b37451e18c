import { type Kysely, sql } from 'kysely';
import { OperatorError } from '../../core/operator-error.ts';
import type { Schema } from '../schema.ts';
import { inQuietTransaction } from '../transaction.ts';
import { beginTransfer, finishTransfer, recordTransferred, type Transfer } from './state.ts';
import { keyOf, listTables, type TransferTable, tableName } from './tables.ts';

/** Number of rows of a table, and a checksum of their content. */
interface TableSum {
  readonly rows: number;
  readonly checksum: string;
}

/** Counts the rows of a table and computes their checksum, which does not depend on their order. */
function sumRows(db: Kysely<Schema>, table: TransferTable): Promise<TableSum> {
  return inQuietTransaction(db, async (trx) => {
    // The text of a timestamp depends on the time zone of the session.
    await sql`set local time zone 'UTC'`.execute(trx);
    const { rows } = await sql<TableSum>`
      select count(*)::float8 as rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text as checksum
      from ${tableName(table)} as t`.execute(trx);
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
async function copyRows(
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
    select t::text as row from ${name} as t order by ${descending} limit 1`.execute(to);
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
    select (typed.row).* from (
      select value::${name} as row from unnest(${sql.val(rows.map(({ row }) => row))}::text[]) as value offset 0
    ) as typed`.execute(to);
}

/** Creates a table of imported data in the target, unless it exists. */
async function createDataTable(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  table: TransferTable,
): Promise<void> {
  const { rows } = await sql<{ name: string; type: string; required: boolean }>`
    select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required
    from pg_attribute as a
    where a.attrelid = ${`${table.schema}.${table.name}`}::regclass and a.attnum > 0 and not a.attisdropped
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

/** Sets the id sequences of the target to those of the source, so that ids are not reused. */
async function copySequences(from: Kysely<Schema>, to: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ name: string; last: string }>`
    select sequencename as name, last_value::text as last from pg_sequences
    where schemaname = 'batchline' and last_value is not null`.execute(from);
  for (const { name, last } of rows)
    await sql`select setval(${`batchline.${name}`}::regclass, ${last}::bigint)`.execute(to);
}

/** Progress of a transfer. */
export interface TransferProgress {
  readonly table: string;
  /** Rows that were copied since the transfer was started or resumed. */
  readonly copied: number;
}

/** Result of a transfer. */
export interface TransferResult {
  /** True if an unfinished transfer was resumed. */
  readonly resumed: boolean;
  /** The tables; row count and checksum are the same in both databases. */
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly checksum: string }[];
}

/**
 * Transfers all data to an empty database: copies every table, sets the id sequences, and compares row counts and
 * checksums. No other process may write to either database meanwhile. If it is interrupted, the next call resumes it;
 * until it has finished, no server starts on the target.
 *
 * @throws OperatorError `MOVE_TARGET_IN_USE`, or `MOVE_MISMATCH` if a table differs after the copy
 */
export async function transferDatabase(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  transfer: Transfer,
  onProgress: (progress: TransferProgress) => void,
): Promise<TransferResult> {
  const tables = await listTables(from);
  const resumed = await beginTransfer(to, transfer, tables);
  for (const table of tables) {
    if (table.schema !== 'batchline') await createDataTable(from, to, table);
    let copied = 0;
    await copyRows(from, to, table, (rows) => {
      copied += rows;
      onProgress({ table: `${table.schema}.${table.name}`, copied });
    });
  }
  await copySequences(from, to);
  const compared = [];
  for (const table of tables) {
    const [source, target] = [await sumRows(from, table), await sumRows(to, table)];
    const name = `${table.schema}.${table.name}`;
    if (source.rows !== target.rows || source.checksum !== target.checksum)
      throw new OperatorError(
        'MOVE_MISMATCH',
        `${name} differs after the copy: ${source.rows} rows in the source (checksum ${source.checksum}), ${target.rows} in the target (${target.checksum}). Empty the target and try again.`,
      );
    compared.push({ table: name, ...source });
  }
  await finishTransfer(to, transfer.source);
  await recordTransferred(from, transfer);
  return { resumed, tables: compared };
}
