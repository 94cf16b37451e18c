import { type Config, readConfig } from '../../config.ts';
import { migrationState } from '../../db/migrations/migrate.ts';
import { connectDatabase, openDatabase } from '../../db/open.ts';
import { openLog } from '../../logger.ts';
import { print } from '../output.ts';
import type { ExitCode } from '../usage.ts';

/** `batchline migrate`: brings the tables up to date, as each start does. With `check` it only looks: 5 where some lack. */
export async function migrateCommand({
  check,
  json,
}: {
  readonly check?: boolean;
  readonly json?: boolean;
}): Promise<ExitCode> {
  const config = readConfig(process.env);
  const lacking = await pendingIn(config);
  if (check !== true && lacking.length > 0) await (await openDatabase(config, openLog('warn'))).close();
  const pending = check === true ? lacking : await pendingIn(config);
  const made = lacking.filter((name) => !pending.includes(name));
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
}

async function pendingIn(config: Config): Promise<readonly string[]> {
  const database = await connectDatabase(config, openLog('warn'));
  try {
    return (await migrationState(database.sql)).pending;
  } finally {
    await database.close();
  }
}
