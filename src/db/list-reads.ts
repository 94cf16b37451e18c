import { type Kysely, sql } from 'kysely';
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
