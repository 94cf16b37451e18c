import type { Kysely, Transaction } from 'kysely';
import type { Schema } from './schema.ts';

/** The most times that a transaction is tried. */
const TRIES = 10;

/** What the database says of a transaction that would succeed when it is made again: serialization failure, deadlock. */
const AGAIN = new Set(['40001', '40P01']);

/**
 * Does work in one transaction. Where the database gives the transaction up because of another one at the same
 * moment, it is made again from its beginning, so `work` does nothing that a rollback would not undo.
 *
 * @returns what `work` returns, once it is durable
 * @throws what `work` throws; the database's error where it gave the transaction up ten times
 */
export async function inTransaction<T>(
  sql: Kysely<Schema>,
  work: (trx: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await sql.transaction().execute(work);
    } catch (error) {
      if (tries === TRIES || !isGivenUp(error)) throw error;
    }
  }
}

/** Whether the database gave a transaction up that would succeed when it is made again. */
export function isGivenUp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && AGAIN.has(String(error.code));
}
