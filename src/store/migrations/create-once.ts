import type { Kysely, RawBuilder } from 'kysely';

/** Its schema, table, type, or a row of the catalogue is there by now. */
const THERE_BY_NOW = ['23505', '42P06', '42P07', '42710'];
const MOST_TRIES = 5;

/**
 * Executes a `create … if not exists`, which can still fail where another process creates the same in the same
 * moment; done again, it finds that it exists.
 *
 * @throws the database's error, also where something else has the name
 */
export async function createOnce(db: Kysely<unknown>, statement: RawBuilder<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await statement.execute(db);
      return;
    } catch (error) {
      const code = String((error as { code?: unknown }).code);
      if (tries === MOST_TRIES || !THERE_BY_NOW.includes(code)) throw error;
    }
  }
}
