import { readConfig } from '../../config.ts';
import type { Database } from '../../db/database.ts';
import { openDatabase } from '../../db/open.ts';
import { openLog } from '../../logger.ts';

/** Opens the database that the settings name, for one command, and closes it after. */
export async function withDatabase<T>(
  work: (database: Database, serialNumber: string) => Promise<T>,
): Promise<T> {
  const config = readConfig(process.env);
  const database = await openDatabase(config, openLog('warn'));
  try {
    return await work(database, config.serialNumber);
  } finally {
    await database.close();
  }
}
