import { type Kysely, sql } from 'kysely';
import { OperatorError } from '../../core/operator-error.ts';
import type { Schema } from '../schema.ts';
import { inQuietTransaction } from '../transaction.ts';
import { beginTransfer, finishTransfer, recordTransferred, type Transfer } from './state.ts';
import { keyOf, listTables, type TransferTable, tableName } from './tables.ts';

/** How many rows a table has, and a checksum over all that is in them. */
interface TableSum {
  readonly rows: number;
  readonly checksum: string;
}

/** Sums a table up: the same sum in two databases means the same rows. */
function sumRows(db: Kysely<Schema>, table: TransferTable): Promise<TableSum> {
  return inQuietTransaction(db, async (trx) => {
    // What a time reads like is the session's.
    await sql`set local time zone 'UTC'`.execute(trx);
    const { rows } = await sql<TableSum>`
      select count(*)::float8 as rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text as checksum
      from ${tableName(table)} as t`.execute(trx);
    return rows[0] ?? { rows: 0, checksum: '0' };
  });
}

/** Rows that are copied at once. */
const BATCH = 500;

/**
 * Copies the rows of a table that the other database does not have yet: they go over by their key, a batch in one
 * statement, so that what is there tells how far an earlier try has come. Rows travel as the database's own text of
 * them, which loses nothing.
 *
 * @param copied is told of each batch
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

/** Makes a table of imported data in the other database as it is in this one, where it is missing. */
async function makeDataTable(from: Kysely<Schema>, to: Kysely<Schema>, table: TransferTable): Promise<void> {
  const { rows } = await sql<{ name: string; type: string; required: boolean }>`
    select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required
    from pg_attribute as a
    where a.attrelid = ${`${table.schema}.${table.name}`}::regclass and a.attnum > 0 and not a.attisdropped
    order by a.attnum`.execute(from);
  const columns = rows.map(
    (column) =>
      // The type is as the database itself wrote it.
      sql`${sql.id(column.name)} ${sql.raw(column.type)} ${sql.raw(column.required ? 'not null' : '')}`,
  );
  await sql`create table if not exists ${tableName(table)} (
    ${sql.join(columns)},
    primary key (${sql.join(table.key.map((column) => sql.id(column)))})
  )`.execute(to);
}

/** Sets the other database's counters of ids to where these are, so that no id is given twice. */
async function copySequences(from: Kysely<Schema>, to: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ name: string; last: string }>`
    select sequencename as name, last_value::text as last from pg_sequences
    where schemaname = 'batchline' and last_value is not null`.execute(from);
  for (const { name, last } of rows)
    await sql`select setval(${`batchline.${name}`}::regclass, ${last}::bigint)`.execute(to);
}

/** What is told of a move as it goes on. */
export interface TransferProgress {
  readonly table: string;
  /** Rows that were copied in this try. */
  readonly copied: number;
}

/** What a move has brought. */
export interface TransferResult {
  /** Whether an earlier try was gone on with. */
  readonly resumed: boolean;
  /** Rows of each table, as they are in both databases. */
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly checksum: string }[];
}

/**
 * Moves everything from one database into another, empty one: copies every table, sets the counters of ids, and
 * compares counts and checksums. Nobody else may write to either meanwhile. Where it is cut, the next try goes on;
 * until it has finished no server starts on the target.
 *
 * @throws OperatorError `MOVE_TARGET_IN_USE`, or `MOVE_MISMATCH` if a table differs after the copy
 */
export async function transferDatabase(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  move: Transfer,
  told: (progress: TransferProgress) => void,
): Promise<TransferResult> {
  const tables = await listTables(from);
  const resumed = await beginTransfer(to, move, tables);
  for (const table of tables) {
    if (table.schema !== 'batchline') await makeDataTable(from, to, table);
    let copied = 0;
    await copyRows(from, to, table, (rows) => {
      copied += rows;
      told({ table: `${table.schema}.${table.name}`, copied });
    });
  }
  await copySequences(from, to);
  const compared = [];
  for (const table of tables) {
    const [here, there] = [await sumRows(from, table), await sumRows(to, table)];
    const name = `${table.schema}.${table.name}`;
    if (here.rows !== there.rows || here.checksum !== there.checksum)
      throw new OperatorError(
        'MOVE_MISMATCH',
        `${name} differs after the copy: ${here.rows} rows here (${here.checksum}), ${there.rows} there (${there.checksum}). Empty the target and try again.`,
      );
    compared.push({ table: name, ...here });
  }
  await finishTransfer(to, move.source);
  await recordTransferred(from, move);
  return { resumed, tables: compared };
}
