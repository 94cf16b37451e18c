import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Logger } from 'pino';
import { OperatorError } from '../../core/errors.ts';
import { type Backoff, type RetryOptions, retry } from '../../core/retry.ts';
import type { Schema } from '../schema.ts';
import { inQuietTransaction } from '../transaction.ts';
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
import { ready } from './0012-ready.ts';
import { ownRetention } from './0014-own-retention.ts';
import { signals } from './0015-signals.ts';
import { importTables } from './0017-import-tables.ts';
import { traces } from './0019-traces.ts';
import { move } from './0020-move.ts';
import { held } from './0021-held.ts';
import { detailsTable } from './0023-details-table.ts';
import { rights } from './0024-rights.ts';
import { crashes } from './0026-crashes.ts';
import { webhookTurns } from './0029-webhook-turns.ts';
import { scheduleWatch } from './0031-schedule-watch.ts';
import { staged } from './0032-staged.ts';
import { attempts } from './0033-attempts.ts';
import { hotHeartbeats } from './0034-hot-heartbeats.ts';
import { bulkAnswers } from './0035-bulk-answers.ts';
import { workerPresence } from './0036-worker-presence.ts';
import { stops } from './0037-stops.ts';
import { workerProcesses } from './0038-worker-processes.ts';
import { counters } from './0039-counters.ts';
import { subscriptions } from './0040-subscriptions.ts';
import { people } from './0041-people.ts';
import { search } from './0043-search.ts';
import { presenceAndOverlap } from './0045-presence-and-overlap.ts';
import { cells } from './0046-cells.ts';
import { tenantTurns } from './0047-tenant-turns.ts';
import { pageSpace } from './0052-page-space.ts';

/** Suffix of a migration that removes something: the last migration that a program must know to keep working. */
const NEEDS = /-needs-(\d{4})$/;

/**
 * Checks applied migrations that this program does not have, which newer programs have applied. They are compatible unless
 * their names end with `NEEDS`.
 *
 * @param known the names of the migrations that this program has, in order
 * @throws OperatorError `SCHEMA_TOO_NEW`
 */
export function checkUnknown(known: readonly string[], applied: ReadonlySet<string>, log: Logger): void {
  const newest = known.at(-1) ?? '';
  const unknown = [...applied].filter((name) => !known.includes(name)).sort();
  for (const name of unknown) {
    const needs = NEEDS.exec(name)?.[1];
    if (needs !== undefined && newest.slice(0, 4) < needs)
      throw new OperatorError(
        'SCHEMA_TOO_NEW',
        `The database was changed by a newer version of Batchline (migration ${name}) that this version, which knows migrations up to ${newest}, is not compatible with; start the newer version.`,
      );
  }
  if (unknown.length > 0)
    log.warn(
      { event: 'migration.unknown_applied', migrations: unknown },
      'schema is newer than this version, but compatible',
    );
}

/** Migrations by name, in the order of the names. */
export type Migrations = Readonly<Record<string, Migration>>;

/** Every migration. */
export const MIGRATIONS: Migrations = {
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
  '0012-ready': ready,
  '0014-own-retention': ownRetention,
  '0015-signals': signals,
  '0017-import-tables': importTables,
  '0019-traces': traces,
  '0020-move': move,
  '0021-held': held,
  '0023-details-table': detailsTable,
  '0029-webhook-turns': webhookTurns,
  '0031-schedule-watch': scheduleWatch,
  '0024-rights': rights,
  '0026-crashes': crashes,
  '0032-staged': staged,
  '0033-attempts': attempts,
  '0034-hot-heartbeats': hotHeartbeats,
  '0035-bulk-answers': bulkAnswers,
  '0036-worker-presence': workerPresence,
  '0037-stops': stops,
  '0038-worker-processes': workerProcesses,
  '0039-counters': counters,
  '0040-subscriptions': subscriptions,
  '0041-people': people,
  '0043-search': search,
  '0045-presence-and-overlap': presenceAndOverlap,
  '0046-cells': cells,
  '0047-tenant-turns': tenantTurns,
  '0052-page-space': pageSpace,
};

/** Lock timeout. While a migration waits for a table lock, other statements queue behind it. */
const LOCK_MS = 500;
/** Lets the statements that queue behind the migration proceed. */
const BACKOFF: Backoff = { firstMs: 500, maxMs: 500, jitter: 0.5 };
const MAX_ATTEMPTS = 400;

/** A statement, or several in a transaction. */
type Statement = Pick<RawBuilder<unknown>, 'execute'>;

/**
 * Creates a schema. Citus must not distribute it yet, because migrations contain changes that it can't make to distributed
 * tables; `distributeSchemas` follows them. Other databases ignore its setting.
 */
const createSchema = (schema: RawBuilder<unknown>): Statement => ({
  execute: (db) =>
    inQuietTransaction(db as Kysely<Schema>, async (trx) => {
      await sql`set local citus.enable_schema_based_sharding = off`.execute(trx);
      return sql`create schema if not exists ${schema}`.execute(trx);
    }),
});

/** Schemas, and tables that record migrations. The names are those of Kysely's migrator. */
const FOUNDATION: readonly Statement[] = [
  createSchema(sql`batchline`),
  createSchema(sql`batchline_data`),
  sql`create table if not exists batchline.kysely_migration (
    name varchar(255) primary key,
    timestamp varchar(255) not null
  )`,
  sql`create table if not exists batchline.kysely_migration_lock (
    id varchar(255) primary key,
    is_locked integer not null default 0
  )`,
  sql`insert into batchline.kysely_migration_lock (id) values ('migration_lock') on conflict do nothing`,
];

/** SQLSTATEs for an object, or a row of the catalog, that exists already. */
const ALREADY_EXISTS = ['23505', '42P06', '42P07', '42710'];
const CREATE_RETRIES: RetryOptions = {
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
export async function createOnce(db: Kysely<unknown>, statement: Statement): Promise<void> {
  await retry(() => statement.execute(db), CREATE_RETRIES);
}

/**
 * Migrates the schema to the newest version, each migration in its own transaction. Several processes may call it at
 * once, while others use the tables (docs/decisions/0015-several-nodes.md). Executes no DDL if nothing is pending.
 *
 * @throws OperatorError `SCHEMA_TOO_NEW` if a newer program has changed the tables so that this one can't use them;
 *   `MIGRATION_BLOCKED` if locks were held for too long; the database's error if a migration fails, after rolling back
 */
export async function migrate(db: Kysely<unknown>, log: Logger, migrations = MIGRATIONS): Promise<void> {
  const names = Object.keys(migrations).sort();
  let applied = await readAppliedIfAny(db);
  if (names.some((name) => !applied.has(name))) {
    // `create … if not exists` needs the CREATE privilege, which a process without pending migrations may lack.
    for (const statement of FOUNDATION) await createOnce(db, statement);
    applied = await readApplied(db);
  }
  checkUnknown(names, applied, log);
  const pending = names.filter((name) => !applied.has(name));
  for (const name of pending) await applyWithRetries(db, name, migrations[name] as Migration, log);
}

async function applyWithRetries(
  db: Kysely<unknown>,
  name: string,
  migration: Migration,
  log: Logger,
): Promise<void> {
  const work = (): Promise<void> =>
    inQuietTransaction(db as unknown as Kysely<Schema>, (trx) =>
      apply(trx as unknown as Kysely<unknown>, name, migration),
    );
  try {
    await retry(work, {
      ...BACKOFF,
      attempts: MAX_ATTEMPTS,
      isRetryable: isLockConflict,
      onRetry(_, failures) {
        if (failures === 1)
          log.warn(
            { event: 'migration.blocked', migration: name },
            'migration is waiting for locks; retrying',
          );
      },
    });
  } catch (error) {
    if (!isLockConflict(error)) throw error;
    throw new OperatorError(
      'MIGRATION_BLOCKED',
      `The migration ${name} could not lock its tables, because long transactions hold locks on them; end those transactions and start again.`,
      error,
    );
  }
}

async function apply(trx: Kysely<unknown>, name: string, migration: Migration): Promise<void> {
  await sql`select id from batchline.kysely_migration_lock for update`.execute(trx);
  if ((await readApplied(trx)).has(name)) return; // applied by another process
  await sql`set local lock_timeout = ${sql.lit(LOCK_MS)}`.execute(trx);
  await sql`set local statement_timeout = 0`.execute(trx); // migrating a large table may take long
  await execute(trx, name, migration);
}

async function execute(db: Kysely<unknown>, name: string, migration: Migration): Promise<void> {
  await migration.up(db);
  const at = new Date().toISOString();
  await sql`insert into batchline.kysely_migration (name, timestamp) values (${name}, ${at})`.execute(db);
}

async function readApplied(db: Kysely<unknown>): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ name: string }>`select name from batchline.kysely_migration`.execute(db);
  return new Set(rows.map((row) => row.name));
}

/** Like `readApplied`; empty if the database has no table of migrations yet. */
async function readAppliedIfAny(db: Kysely<unknown>): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ found: boolean }>`
    select to_regclass('batchline.kysely_migration') is not null as found`.execute(db);
  return rows[0]?.found === true ? readApplied(db) : new Set();
}

/** Returns true for a lock timeout or a deadlock. */
function isLockConflict(error: unknown): boolean {
  return ['55P03', '40P01'].includes(String((error as { code?: unknown }).code));
}

/** Applied and pending migrations of a database. */
export interface MigrationState {
  /** Migrations that this program has. */
  readonly known: readonly string[];
  readonly made: ReadonlySet<string>;
  readonly pending: readonly string[];
}

/** Reads the applied and pending migrations. */
export async function migrationState(db: Kysely<Schema>): Promise<MigrationState> {
  const known = Object.keys(MIGRATIONS).sort();
  const made = await readAppliedIfAny(db as unknown as Kysely<unknown>);
  return { known, made, pending: known.filter((name) => !made.has(name)) };
}
