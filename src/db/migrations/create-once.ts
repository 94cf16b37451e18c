import type { Kysely, RawBuilder } from 'kysely';
import { type RetryOptions, retry } from '../../core/retry.ts';

/** Its schema, table, type, or a row of the catalogue is there by now. */
const THERE_BY_NOW = ['23505', '42P06', '42P07', '42710'];
const RETRIES: RetryOptions = {
  firstMs: 4,
  maxMs: 250,
  jitter: 1,
  attempts: 5,
  isRetryable: (error) => THERE_BY_NOW.includes(String((error as { code?: unknown }).code)),
};

/**
 * Executes a `create … if not exists`, which can still fail where another process creates the same in the same
 * moment; done again, it finds that it exists.
 *
 * @throws the database's error, also where something else has the name
 */
export async function createOnce(db: Kysely<unknown>, statement: RawBuilder<unknown>): Promise<void> {
  await retry(() => statement.execute(db), RETRIES);
}
