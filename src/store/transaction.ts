import type { Kysely, Transaction } from 'kysely';
import { retrying } from './retries/retrying.ts';
import type { Schema } from './schema.ts';

/**
 * Does work in one transaction. Where the database gives the transaction up because of another one at the same
 * moment, it is made again from its beginning, so `work` does nothing that a rollback would not undo.
 *
 * @returns what `work` returns, once it is durable
 * @throws what `work` throws; the database's error where it gave the transaction up again and again
 */
export function inTransaction<T>(
  sql: Kysely<Schema>,
  work: (trx: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  return retrying(() => sql.transaction().execute(work));
}
