import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { type MovedTable, tableName } from './tables.ts';

/** Makes a table of imported data in the other database as it is in this one, where it is missing. */
export async function makeDataTable(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  table: MovedTable,
): Promise<void> {
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
