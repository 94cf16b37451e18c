import { type Kysely, type RawBuilder, sql } from 'kysely';
import { unavailable } from '../core/errors.ts';
import { message } from '../core/message.ts';
import type { Schema } from './schema.ts';
import { inQuietTransaction } from './transaction.ts';

/** Default statement timeout of list queries. */
export const DEFAULT_LIST_SECONDS = 10;
const QUERY_CANCELED = '57014';
/** Maximum queue length. In a longer queue most clients would time out before their turn. */
const MAX_WAITING = 100;
const RETRY_SECONDS = 2;

/** Runs `work` on the database with a statement timeout. */
type Read = <T>(work: (db: Kysely<Schema>) => Promise<T>) => Promise<T>;

/**
 * Runs list queries, whose cost depends on the request. Their number is limited, so that connections remain for
 * everything else, and the database enforces a timeout for each statement.
 */
export class ListReads {
  readonly #read: Read;
  readonly #seconds: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /**
   * @param read cancels each statement after `seconds` with SQLSTATE 57014
   * @param max maximum number of concurrent reads
   */
  constructor(read: Read, seconds: number, max: number) {
    this.#read = read;
    this.#seconds = seconds;
    this.#free = max;
  }

  /** Reads from PostgreSQL in a transaction with a statement timeout, on at most a third of the connections. */
  static overPostgres(db: Kysely<Schema>, seconds: number, connections: number): ListReads {
    const timeout = sql`set local statement_timeout = ${sql.lit(seconds * 1000)}`;
    const read: Read = (work) =>
      inQuietTransaction(db, async (trx) => {
        await timeout.execute(trx);
        return work(trx);
      });
    return new ListReads(read, seconds, Math.max(1, Math.floor(connections / 3)));
  }

  /**
   * Runs `work` when a slot is free.
   *
   * @throws RequestError (unavailable) if a statement times out or the queue is full
   */
  async read<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    await this.#acquire();
    try {
      return await this.#read(work);
    } catch (error) {
      if ((error as { code?: unknown }).code !== QUERY_CANCELED) throw error;
      throw unavailable(
        message`Reading the list took longer than ${this.#seconds} s and was canceled; use a narrower filter or a smaller page.`,
        RETRY_SECONDS,
      );
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  async #acquire(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    if (this.#waiting.length >= MAX_WAITING)
      throw unavailable(message`Too many lists are being read; try again in a moment.`, RETRY_SECONDS);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

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
