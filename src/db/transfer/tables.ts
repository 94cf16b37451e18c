import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** A table that is transferred. */
export interface TransferTable {
  readonly schema: string;
  readonly name: string;
  /** The columns of its primary key in order; empty if it has none. */
  readonly key: readonly string[];
}

/** The schemas that are transferred: that of the server, and that of imported data. */
const SCHEMAS = ['batchline', 'batchline_data'] as const;

/** Tables that are not transferred, because they describe the database itself. */
const EXCLUDED = ['kysely_migration', 'kysely_migration_lock', 'move'];

/** Returns the qualified name of a table as SQL. */
export function tableName({ schema, name }: TransferTable): RawBuilder<unknown> {
  return sql.id(schema, name);
}

/** Returns the primary key of a row as SQL. @param row an alias or a value of the table's row type */
export function keyOf({ key }: TransferTable, row: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql.join(key.map((column) => sql`(${row}).${sql.id(column)}`));
}

/** Lists the tables to transfer; tables come after those that their foreign keys refer to. */
export async function listTables(db: Kysely<Schema>): Promise<TransferTable[]> {
  const { rows } = await sql<{ schema: string; name: string; key: string[] | null; refers: string[] }>`
    select n.nspname as schema, c.relname as name,
      (select json_agg(a.attname order by k.position)
        from pg_index as i
        cross join unnest(i.indkey) with ordinality as k (attnum, position)
        join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
        where i.indrelid = c.oid and i.indisprimary) as key,
      (select coalesce(json_agg(r.relname), '[]') from pg_constraint as f join pg_class as r on r.oid = f.confrelid
        where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as refers
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = any (${sql.val([...SCHEMAS])}::text[]) and c.relkind = 'r'
    order by n.nspname, c.relname`.execute(db);
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
