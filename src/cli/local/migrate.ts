import { type Config, readConfig } from '../../config.ts';
import { migrationState } from '../../db/migrations/migrate.ts';
import { connectDatabase, openDatabase } from '../../db/open.ts';
import { openLog } from '../../logger.ts';
import { print } from '../output.ts';
import type { ExitCode } from '../usage.ts';

/**
 * `batchline migrate`: runs pending migrations, as each start does; with `check`, only lists them.
 *
 * @returns 5 if migrations are still pending
 */
export async function migrateCommand({
  check,
  json,
}: {
  readonly check?: boolean;
  readonly json?: boolean;
}): Promise<ExitCode> {
  const config = readConfig(process.env);
  const before = await listPending(config);
  if (check !== true && before.length > 0) await (await openDatabase(config, openLog('warn'))).close();
  const pending = check === true ? before : await listPending(config);
  const applied = before.filter((name) => !pending.includes(name));
  const lines = [
    ...applied.map((name) => `Applied ${name}.`),
    ...pending.map((name) => `${name} is pending.`),
  ];
  print(
    { Made: applied, Pending: pending },
    json,
    lines.length === 0 ? 'The tables are up to date.' : lines.join('\n'),
  );
  return pending.length > 0 ? 5 : 0;
}

async function listPending(config: Config): Promise<readonly string[]> {
  const database = await connectDatabase(config, openLog('warn'));
  try {
    return (await migrationState(database.sql)).pending;
  } finally {
    await database.close();
  }
}
