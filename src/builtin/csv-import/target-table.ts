import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import { listed, type Message, message } from '../../core/message.ts';
import { PermanentError } from '../../sdk/errors.ts';
import type { Column, ColumnType } from './columns.ts';

/**
 * Assigns a new table to the tenant. An existing table belongs to the tenant whose import created it; a table created in
 * another way is shared by all tenants.
 *
 * @param exists whether the table already exists
 * @throws PermanentError if it belongs to another tenant
 */
async function claimTable(
  trx: Transaction<unknown>,
  table: string,
  tenant: string,
  exists: boolean,
): Promise<void> {
  if (!exists)
    await sql`
      insert into batchline.import_table (name, tenant) values (${table}, ${tenant})
      on conflict (name) do nothing`.execute(trx);
  const { rows } = await sql<{ tenant: string }>`
    select tenant from batchline.import_table where name = ${table}`.execute(trx);
  const [owner] = rows;
  if (owner !== undefined && owner.tenant !== tenant)
    throw new PermanentError(message`The name ${table} is taken; choose another table.`);
}

/** The PostgreSQL schema of imported tables, as statements name it (docs/decisions/0044-schema-name.md). */
export const DATA_SCHEMA = 'batchline_data';
/** The column with the id of the task that loaded a row. */
const TASK_COLUMN = '_task';
/** The column with the line of the file on which the row starts. */
const LINE_COLUMN = '_line';

/** A row to load: its line, and a value for each column as text. */
export interface LoadRow {
  readonly line: number;
  readonly values: readonly (string | null)[];
}

interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  readonly key: boolean;
}

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'text',
  integer: 'bigint',
  number: 'numeric',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp with time zone',
};

/**
 * Creates the table if it does not exist, and otherwise checks its owner and columns. Its primary key is the task and the
 * line, so that the database rejects a line of a task that is loaded twice.
 *
 * @throws PermanentError if the table belongs to another tenant or does not match; the message lists all mismatches
 */
export async function prepareTable(
  trx: Transaction<unknown>,
  table: string,
  columns: readonly Column[],
  tenant: string,
): Promise<void> {
  await claimTable(trx, table, tenant, (await readTable(trx, table)).length > 0);
  const definitions = columns.map(
    (column) =>
      sql`${sql.id(column.name)} ${typeOf(column)} ${sql.raw(column.required === true ? 'not null' : '')}`,
  );
  await sql`
    create table if not exists ${sql.id(DATA_SCHEMA, table)} (
      ${sql.id(TASK_COLUMN)} integer not null,
      ${sql.id(LINE_COLUMN)} bigint not null,
      ${sql.join(definitions)},
      primary key (${sql.id(TASK_COLUMN)}, ${sql.id(LINE_COLUMN)})
    )`.execute(trx);
  await checkTable(trx, table, columns);
}

/**
 * Checks that the table exists and matches the columns.
 *
 * @throws PermanentError if it doesn't; the message lists all mismatches
 */
export async function checkTable(
  db: Kysely<unknown>,
  table: string,
  columns: readonly Column[],
): Promise<void> {
  const rows = await readTable(db, table);
  const name = await qualifiedName(db, table);
  if (rows.length === 0)
    throw new PermanentError(message`Table ${name} no longer exists, so the loaded rows are lost.`);
  const present = new Map(rows.map((row) => [row.name, row]));
  const problems: Message[] = [];
  const wanted = [
    { name: TASK_COLUMN, type: 'integer' },
    { name: LINE_COLUMN, type: 'bigint' },
    ...columns.map((column) => ({ name: column.name, type: SQL_TYPES[column.type] })),
  ];
  for (const column of wanted) {
    const row = present.get(column.name);
    if (row === undefined) problems.push(message`it has no column ${column.name} (${column.type})`);
    else if (row.type !== column.type)
      problems.push(message`${column.name} is ${row.type}, not ${column.type}`);
    present.delete(column.name);
  }
  for (const row of present.values()) {
    if (!row.optional)
      problems.push(message`${row.name} must have a value, but the import has no such column`);
  }
  for (const column of columns) {
    const row = rows.find((candidate) => candidate.name === column.name);
    if (row !== undefined && !row.optional && column.required !== true) {
      problems.push(message`${column.name} can't be null there, so the import must declare it as required`);
    }
  }
  const key = rows.filter((row) => row.key).map((row) => row.name);
  if (key.length !== 2 || !key.includes(TASK_COLUMN) || !key.includes(LINE_COLUMN)) {
    problems.push(message`its primary key is not ${TASK_COLUMN}, ${LINE_COLUMN}`);
  }
  if (problems.length > 0) {
    throw new PermanentError(
      message`Table ${name} exists, but does not match: ${listed(problems, '; ')}. Choose another table, or change the columns.`,
    );
  }
}

/** Returns the name of a table with its schema, for people. */
export async function qualifiedName(db: Kysely<unknown>, table: string): Promise<string> {
  const { rows } = await sql<{ schema: string }>`
    select 'batchline_data'::regnamespace::text as schema`.execute(db);
  return `${rows[0]?.schema ?? DATA_SCHEMA}.${table}`;
}

/** Returns the columns of a table; empty if it does not exist. */
async function readTable(db: Kysely<unknown>, table: string): Promise<TableColumn[]> {
  const { rows } = await sql<TableColumn>`
    select a.attname as name, format_type(a.atttypid, null) as type,
      not a.attnotnull or a.atthasdef or a.attidentity <> '' as optional,
      coalesce(a.attnum = any (i.indkey), false) as key
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    left join pg_index i on i.indrelid = c.oid and i.indisprimary
    where c.relnamespace = 'batchline_data'::regnamespace and c.relname = ${table} and c.relkind in ('r', 'p')
      and a.attnum > 0 and not a.attisdropped`.execute(db);
  return rows;
}

/** Deletes the rows that an earlier, abandoned run of the same task loaded. */
export async function removeRowsOf(trx: Transaction<unknown>, table: string, task: number): Promise<void> {
  await sql`delete from ${sql.id(DATA_SCHEMA, table)} where ${sql.id(TASK_COLUMN)} = ${task}`.execute(trx);
}

/** Loads rows by one statement with a fixed number of parameters. */
export async function insertRows(
  trx: Transaction<unknown>,
  table: string,
  task: number,
  columns: readonly Column[],
  rows: readonly LoadRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const json = JSON.stringify(
    rows.map((row) => {
      const item: Record<string, string | number | null> = { l: row.line };
      row.values.forEach((value, index) => {
        if (value !== null) item[index] = value;
      });
      return item;
    }),
  );
  const names = columns.map((column) => sql.id(column.name));
  const values = columns.map((_, index) => sql.id('r', String(index)));
  const types = columns.map((column, index) => sql`${sql.id(String(index))} ${typeOf(column)}`);
  await sql`
    insert into ${sql.id(DATA_SCHEMA, table)} (${sql.id(TASK_COLUMN)}, ${sql.id(LINE_COLUMN)}, ${sql.join(names)})
    select ${task}::integer, r.l, ${sql.join(values)}
    from json_to_recordset(${json}::text::json) as r (l bigint, ${sql.join(types)})`.execute(trx);
}

function typeOf(column: Column): RawBuilder<unknown> {
  return sql.raw(SQL_TYPES[column.type]);
}
