import { type RawBuilder, sql } from 'kysely';

/** Maximum bytes of texts in one list; serializing a list takes a multiple of that in memory. */
export const MAX_LIST_BYTES = 8 * 1024 * 1024;

/** The first rows of a list, and whether there are more. */
export interface Rows<T> {
  readonly rows: readonly T[];
  readonly more: boolean;
}

/** A query and its bounds. */
interface Unbounded {
  /** A query, in parentheses. */
  readonly query: RawBuilder<unknown>;
  /** The size in bytes of a row `r` of the query. */
  readonly bytes: RawBuilder<number>;
  /** Columns of `r` that give a total order. */
  readonly order: RawBuilder<unknown>;
  /** Maximum number of rows. */
  readonly limit: number;
}

/** A row of `withinBytes`. `list_found` is the number of rows of the query, at most the limit plus one. */
export interface BoundedRow {
  readonly list_found: number;
}

/**
 * Wraps a query so that it returns its first rows, within the limit and `MAX_LIST_BYTES`, but at least one. Of further
 * rows only the lengths are read. `boundedRows` reports whether there are more.
 */
export function withinBytes({ query, bytes, order, limit }: Unbounded): RawBuilder<unknown> {
  return sql`(
    select counted.* from (
      select r.*, (count(*) over ())::int as list_found,
        row_number() over (order by ${order}) as list_place,
        sum(${bytes}) over (order by ${order} rows unbounded preceding) as list_bytes
      from (select r.* from ${query} as r order by ${order} limit ${limit + 1}) as r
    ) as counted
    where list_place = 1 or (list_place <= ${limit} and list_bytes <= ${sql.lit(MAX_LIST_BYTES)}))`;
}

/** Maps the rows of `withinBytes` to items. */
export function boundedRows<Row extends BoundedRow, T>(
  rows: readonly Row[],
  itemOf: (row: Row) => T,
): Rows<T> {
  return { rows: rows.map(itemOf), more: rows.length < (rows[0]?.list_found ?? 0) };
}
