import type { Kysely, RawBuilder } from 'kysely';
import { retrying } from '../retries/retrying.ts';

/** Its schema, table, type, or a row of the catalogue is there by now. */
const THERE_BY_NOW = ['23505', '42P06', '42P07', '42710'];
const RETRIES = {
  isWorthIt: (error: unknown) => THERE_BY_NOW.includes(String((error as { code?: unknown }).code)),
  mostTries: 5,
};

/**
 * Executes a `create … if not exists`, which can still fail where another process creates the same in the same
 * moment; done again, it finds that it exists.
 *
 * @throws the database's error, also where something else has the name
 */
export async function createOnce(db: Kysely<unknown>, statement: RawBuilder<unknown>): Promise<void> {
  await retrying(() => statement.execute(db), RETRIES);
}
