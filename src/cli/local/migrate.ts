import type { Kysely } from 'kysely';
import { readConfig } from '../../config.ts';
import { openLog } from '../../log.ts';
import { connectDatabase } from '../../store/database.ts';
import { migrate, migrationState } from '../../store/migrations/migrate.ts';
import type { ExitCode } from '../exit-codes.ts';
import { print } from '../output.ts';

/** `batchline migrate`: brings the tables up to date, as each start does. With `check` it only looks: 5 where some lack. */
export async function migrateCommand({
  check,
  json,
}: {
  readonly check?: boolean;
  readonly json?: boolean;
}): Promise<ExitCode> {
  const database = await connectDatabase(readConfig(process.env), openLog('warn'));
  const db = database.sql as unknown as Kysely<unknown>;
  try {
    const made = check === true ? [] : await migrate(db);
    const { pending } = await migrationState(db);
    const told = [
      ...made.map((name) => `${name} was made.`),
      ...pending.map((name) => `${name} is to be made.`),
    ];
    print(
      { Made: made, Pending: pending },
      json,
      told.length === 0 ? 'The tables are up to date.' : told.join('\n'),
    );
    return pending.length > 0 ? 5 : 0;
  } finally {
    await database.close();
  }
}
