import type { Kysely, RawBuilder } from 'kysely';
import { type RetryOptions, retry } from '../../core/retry.ts';

/** SQLSTATEs for an object, or a row of the catalog, that exists already. */
const ALREADY_EXISTS = ['23505', '42P06', '42P07', '42710'];
const RETRIES: RetryOptions = {
  firstMs: 4,
  maxMs: 250,
  jitter: 1,
  attempts: 5,
  isRetryable: (error) => ALREADY_EXISTS.includes(String((error as { code?: unknown }).code)),
};

/**
 * Executes a `create … if not exists` and retries it, because it may fail if another process creates the same object
 * concurrently.
 *
 * @throws the database's error, also if another kind of object has the name
 */
export async function createOnce(db: Kysely<unknown>, statement: RawBuilder<unknown>): Promise<void> {
  await retry(() => statement.execute(db), RETRIES);
}
