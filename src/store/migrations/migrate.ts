import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Backend } from '../backend.ts';
import type { Database } from '../database.ts';
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
import { signals } from './0015-signals.ts';
import { importTables } from './0017-import-tables.ts';
import { traces } from './0019-traces.ts';
import { ignoreConcurrentCreate } from './concurrent-create.ts';
import { withMigrationLease } from './migration-lease.ts';

/** Every migration by name, in the order of the names; some are written otherwise for other kinds of database. */
const migrationsFor = (backend: Backend): Record<string, Migration> => ({
  '0001-initial': initial,
  '0002-messages': messages,
  '0003-sign-in': signIn,
  '0004-archive': archive(backend),
  '0005-workers': workers,
  '0006-control': control,
  '0007-files': files,
  '0008-notifications': notifications,
  '0009-fan-out': fanOut,
  '0010-retention': retention,
  '0011-statistics': statistics(backend),
  '0015-signals': signals(backend),
  '0017-import-tables': importTables,
  '0019-traces': traces,
});

/** The database whose tables are brought to the newest shape. */
export interface MigratedDatabase {
  readonly sql: Kysely<unknown>;
  readonly backend: Backend;
  /** Tells this process from others that may be doing the same; `undefined` where there can be none. */
  readonly holder: string | undefined;
}

/**
 * Brings the tables to the newest shape. Several processes may call it at once.
 *
 * @throws the database's error where a migration fails: after rolling back, or, where the database can't undo
 *   changes of tables, half done
 */
export async function migrate({ sql: db, backend, holder }: MigratedDatabase): Promise<void> {
  await sql`create schema if not exists batchline`.execute(db).catch(ignoreConcurrentCreate);
  await sql`create schema if not exists batchline_data`.execute(db).catch(ignoreConcurrentCreate);
  const migrator = new Migrator({
    db,
    migrationTableSchema: 'batchline',
    disableTransactions: !backend.transactionalDdl,
    provider: { getMigrations: async () => migrationsFor(backend) },
  });
  const run = async (): Promise<void> => {
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
  };
  if (holder === undefined) return run();
  const known = await migrator.getMigrations();
  if (known.some((migration) => migration.executedAt === undefined))
    await withMigrationLease(db, holder, run);
}

/** Which migrations a database has had and lacks; those that it alone knows are of a newer version of the program. */
export interface MigrationState {
  readonly made: readonly string[];
  readonly pending: readonly string[];
  readonly unknown: readonly string[];
}

/** Looks which migrations there are, and changes nothing. */
export async function migrationState({
  sql: db,
  backend,
}: Pick<Database, 'sql' | 'backend'>): Promise<MigrationState> {
  const { rows } = await sql<{ there: boolean }>`
    select count(*) > 0 as there from information_schema.tables
    where table_schema = 'batchline' and table_name = 'kysely_migration'`.execute(db);
  const names = Object.keys(migrationsFor(backend));
  if (rows[0]?.there !== true) return { made: [], pending: names, unknown: [] };
  const kept = await sql<{ name: string }>`
    select name from batchline.kysely_migration order by name`.execute(db);
  const made = kept.rows.map(({ name }) => name);
  return {
    made,
    pending: names.filter((name) => !made.includes(name)),
    unknown: made.filter((name) => !names.includes(name)),
  };
}
