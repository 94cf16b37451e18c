import { type Kysely, sql } from 'kysely';
import { OperatorError } from '../../core/errors.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { inQuietTransaction } from '../transaction.ts';
import {
  areEqual,
  copyRows,
  createDataTable,
  PRIMARY_KEY,
  sumRows,
  type TransferTable,
  tableName,
} from './rows.ts';

/** Sets the id sequences of the target to those of the source, so that ids are not reused. */
async function copySequences(from: Kysely<Schema>, to: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ name: string; last: string }>`
    select sequencename as name, last_value::text as last from pg_sequences
    where quote_ident(schemaname) = 'batchline'::regnamespace::text and last_value is not null`.execute(from);
  for (const { name, last } of rows)
    await sql`select setval(${sql.lit(`batchline.${name}`)}::regclass, ${last}::bigint)`.execute(to);
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
    if (!areEqual(source, target))
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

/** Tables that are not transferred, because they describe the database itself. */
const EXCLUDED = [
  'kysely_migration',
  'kysely_migration_lock',
  'move',
  'worker_process',
  'cell_map',
  'shared_account',
  'tenant_fence',
];

/** Lists the tables to transfer; tables come after those that their foreign keys refer to. */
async function listTables(db: Kysely<Schema>): Promise<TransferTable[]> {
  const { rows } = await sql<Omit<TransferTable, 'key'> & { key: string[] | null; refers: string[] }>`
    select case c.relnamespace when 'batchline'::regnamespace then 'batchline' else 'batchline_data' end as schema,
      c.relname as name,
      ${PRIMARY_KEY} as key,
      (select coalesce(json_agg(r.relname), '[]') from pg_constraint as f join pg_class as r on r.oid = f.confrelid
        where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as refers
    from pg_class as c
    where c.relnamespace in ('batchline'::regnamespace, 'batchline_data'::regnamespace) and c.relkind = 'r'
    order by 1, c.relname`.execute(db);
  const waiting = rows.filter((row) => row.schema !== 'batchline' || !EXCLUDED.includes(row.name));
  const ordered: TransferTable[] = [];
  while (waiting.length > 0) {
    const next = waiting.findIndex(
      ({ refers }) => !waiting.some((other) => other.schema === 'batchline' && refers.includes(other.name)),
    );
    const [{ schema, name, key }] = waiting.splice(Math.max(next, 0), 1) as [(typeof rows)[number]];
    ordered.push({ schema, name, key: key ?? [] });
  }
  return ordered;
}

/** A transfer between two databases, by their display names (`nameOf`). */
export interface Transfer {
  readonly source: string;
  readonly target: string;
}

/**
 * Checks that a database may be used: no transfer into it is unfinished, and it was not transferred to another one.
 *
 * @throws OperatorError `MOVE_UNFINISHED` or `DATABASE_MOVED`
 */
export async function checkNotTransferred(db: Kysely<Schema>, name: string): Promise<void> {
  const { rows } = await sql<Transfer & { finished: Date | null }>`
    select source, target, finished from batchline.move where finished is null or source = ${name}`.execute(
    db,
  );
  const [transfer] = rows;
  if (transfer === undefined) return;
  if (transfer.finished === null)
    throw new OperatorError(
      'MOVE_UNFINISHED',
      `The move of ${transfer.source} to ${transfer.target} has not finished; run batchline move again.`,
    );
  throw new OperatorError(
    'DATABASE_MOVED',
    `${transfer.source} was moved to ${transfer.target}: set DATABASE_URL. To use the old database again, run batchline move --forget.`,
  );
}

/** Records in the source that it was transferred. */
async function recordTransferred(from: Kysely<Schema>, { source, target }: Transfer): Promise<void> {
  await sql`insert into batchline.move (source, target, finished) values (${source}, ${target}, now())
    on conflict (source) do update set target = excluded.target, finished = now()`.execute(from);
}

/** Deletes the record that a database was transferred. Returns false if there was none. */
export async function forgetTransfer(from: Kysely<Schema>, source: string): Promise<boolean> {
  const { rows } = await sql`delete from batchline.move where source = ${source} returning 1`.execute(from);
  return rows.length > 0;
}

/**
 * Begins a transfer into a database, or resumes an unfinished one from the same source.
 *
 * @returns true if it resumes one
 * @throws OperatorError `MOVE_TARGET_IN_USE` if it has data or is the target of another transfer; `DATABASE_MOVED`
 */
async function beginTransfer(
  to: Kysely<Schema>,
  { source, target }: Transfer,
  tables: readonly TransferTable[],
): Promise<boolean> {
  const { rows } = await sql<{ source: string; finished: Date | null }>`
    select source, finished from batchline.move`.execute(to);
  const [earlier] = rows;
  if (earlier !== undefined) {
    if (earlier.source !== source)
      throw new OperatorError(
        'MOVE_TARGET_IN_USE',
        `The target database is the target of an unfinished move of ${earlier.source}; an empty one is accepted.`,
      );
    if (earlier.finished !== null)
      throw new OperatorError('DATABASE_MOVED', `${source} was already moved into the target database.`);
    return true;
  }
  const { rows: used } = await sql`
    select 1 from batchline.task union all select 1 from batchline.associate limit 1`.execute(to);
  if (used.length > 0)
    throw new OperatorError(
      'MOVE_TARGET_IN_USE',
      'The target database has tasks or associates; an empty one is accepted.',
    );
  await inQuietTransaction(to, async (trx) => {
    // The source has the rows that migrations inserted here.
    for (const table of [...tables].reverse().filter(({ schema }) => schema === 'batchline'))
      await sql`delete from ${tableName(table)}`.execute(trx);
    await sql`insert into batchline.move (source, target) values (${source}, ${target})`.execute(trx);
  });
  return false;
}

/**
 * Finishes a transfer, so that servers can use the database. Due tasks become available at once; the stager promotes the
 * others when they are due.
 */
async function finishTransfer(to: Kysely<Schema>, source: string): Promise<void> {
  await sql`
    update batchline.task set job_id = null
    where state = ${TaskState.New} and job_id is not null and run_after <= now()`.execute(to);
  await sql`update batchline.move set finished = now() where source = ${source}`.execute(to);
}
