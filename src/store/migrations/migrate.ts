import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { initial } from './0001-initial.ts';
import { messages } from './0002-messages.ts';
import { signIn } from './0003-sign-in.ts';
import { archive } from './0004-archive.ts';
import { workers } from './0005-workers.ts';
import { control } from './0006-control.ts';
import { files } from './0007-files.ts';
import { notifications } from './0008-notifications.ts';
import { fanOut } from './0009-fan-out.ts';
import { retention } from './0010-retention.ts';
import { statistics } from './0011-statistics.ts';
import { move } from './0020-move.ts';

/** Every migration by name, in the order of the names. */
const MIGRATIONS = {
  '0001-initial': initial,
  '0002-messages': messages,
  '0003-sign-in': signIn,
  '0004-archive': archive,
  '0005-workers': workers,
  '0006-control': control,
  '0007-files': files,
  '0008-notifications': notifications,
  '0009-fan-out': fanOut,
  '0010-retention': retention,
  '0011-statistics': statistics,
  '0020-move': move,
};

/**
 * Brings the tables to the newest shape. Several processes may call it at once.
 *
 * @throws the database's error, after rolling back, where a migration fails
 */
export async function migrate(db: Kysely<unknown>): Promise<void> {
  await sql`create schema if not exists batchline`.execute(db).catch(ignoreConcurrentCreate);
  await sql`create schema if not exists batchline_data`.execute(db).catch(ignoreConcurrentCreate);
  const migrator = new Migrator({
    db,
    migrationTableSchema: 'batchline',
    provider: { getMigrations: async () => MIGRATIONS },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** `create schema if not exists` still fails where two processes create it in the same moment; then it exists. */
function ignoreConcurrentCreate(error: unknown): void {
  const code = (error as { code?: unknown }).code;
  if (code !== '23505' && code !== '42P06') throw error;
}
