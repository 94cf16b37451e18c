import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, readConfig } from '../../config.ts';
import { hasOperatorCode } from '../../core/errors.ts';
import { IDS_WARNING_RATIO } from '../../core/limits.ts';
import type { Database } from '../../db/database.ts';
import { checkUnknown, migrationState } from '../../db/migrations/migrate.ts';
import { connectDatabase, nameOf } from '../../db/open.ts';
import { hasEmbedded } from '../../db/pglite/data-folder.ts';
import { countIds } from '../../db/queries/ids.ts';
import { databaseClock, serverSetting } from '../../db/sql.ts';
import { checkNotTransferred } from '../../db/transfer/transfer.ts';
import { openStore } from '../../files/open.ts';
import { checkFiles } from '../../files/sweep.ts';
import { openLog } from '../../logger.ts';
import { loadHandlers, Registry } from '../../queue/registry.ts';
import type { ExitCode } from '../output.ts';

/** The result of one check. `--json` prints it. */
interface Finding {
  readonly Check: string;
  readonly Status: 'ok' | 'warn' | 'fail';
  readonly Detail: string;
  readonly Advice: string;
}

const MEGABYTE = 1024 * 1024;
/** Free bytes below which the check warns. */
const LOW_SPACE = 1024 * MEGABYTE;
/** Free bytes below which the check fails. */
const MIN_SPACE = 100 * MEGABYTE;
/** Settings of PostgreSQL that must be on for commits to be durable. */
const DURABILITY_SETTINGS = ['fsync', 'full_page_writes', 'synchronous_commit'];
/** Tolerated clock skew in milliseconds: the latency of the query limits the precision. */
const MAX_SKEW_MS = 1000;

/**
 * `batchline doctor`: checks everything that the server needs to start. Changes nothing, except that it creates the data
 * folder.
 *
 * @returns 1 if a check fails
 */
export async function doctor({ json }: { readonly json?: boolean }): Promise<ExitCode> {
  const findings: Finding[] = [];
  for await (const finding of checkAll()) {
    findings.push(finding);
    if (json !== true) console.log(lineOf(finding));
  }
  if (json === true) console.log(JSON.stringify(findings, null, 2));
  return findings.some(({ Status }) => Status === 'fail') ? 1 : 0;
}

function lineOf({ Check, Status, Detail, Advice }: Finding): string {
  return `${Status.padEnd(4)}  ${Check}: ${Detail}${Advice === '' ? '' : `\n      ${Advice}`}`;
}

const ok = (Check: string, Detail: string): Finding => ({ Check, Status: 'ok', Detail, Advice: '' });
const warn = (Check: string, Detail: string, Advice: string): Finding => ({
  Check,
  Status: 'warn',
  Detail,
  Advice,
});
const fail = (Check: string, Detail: string, Advice: string): Finding => ({
  Check,
  Status: 'fail',
  Detail,
  Advice,
});

async function* checkAll(): AsyncGenerator<Finding> {
  yield ok('Node.js', process.version);
  let config: Config;
  try {
    config = readConfig(process.env);
  } catch (error) {
    if (!hasOperatorCode(error, 'SETTINGS_INVALID')) throw error;
    for (const problem of error.problems)
      yield fail('settings', problem, 'Run batchline settings for a list of all settings.');
    return;
  }
  yield ok('settings', config.databaseUrl === undefined ? 'embedded database' : 'PostgreSQL');
  for (const { alias, name } of config.renamedSettings)
    yield warn('settings', `${alias} is deprecated`, `Use ${name}.`);
  yield* checkDataFolder(config.dataFolder);
  yield* checkDatabase(config);
  yield* checkFileStore(config);
  yield* checkHandlers(config);
}

async function* checkDataFolder(folder: string): AsyncGenerator<Finding> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK);
  } catch (error) {
    yield fail('data folder', (error as Error).message, 'Set BATCHLINE_DATA to a writable folder.');
    return;
  }
  yield ok('data folder', folder);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const detail = `${Math.floor(free / MEGABYTE)} MB free in ${folder}`;
  const advice = 'Free disk space, or shorten BATCHLINE_RETENTION.';
  if (free < MIN_SPACE) yield fail('disk space', detail, advice);
  else if (free < LOW_SPACE) yield warn('disk space', detail, advice);
  else yield ok('disk space', detail);
}

async function* checkDatabase(config: Config): AsyncGenerator<Finding> {
  if (config.databaseUrl === undefined && !hasEmbedded(config.dataFolder)) {
    yield ok('database', 'does not exist yet; the first start creates it');
    return;
  }
  let database: Database;
  try {
    database = await connectDatabase(config, openLog('silent'));
  } catch (error) {
    if (hasOperatorCode(error, 'DATA_FOLDER_IN_USE'))
      yield warn('database', error.message, 'A server is running; GET /health/ready reports its health.');
    else
      yield fail(
        'database',
        (error as Error).message,
        'Start PostgreSQL and correct DATABASE_URL; restore a backup if the embedded database is damaged.',
      );
    return;
  }
  try {
    yield* checkOpenDatabase(database, nameOf(config));
    yield await checkReferencedFiles(database, config);
  } finally {
    await database.close();
  }
}

async function* checkOpenDatabase(database: Database, name: string): AsyncGenerator<Finding> {
  const { sql: db } = database;
  yield ok('database', `PostgreSQL ${await serverSetting(db, 'server_version')} responds`);
  const tables = await checkTables(database);
  yield tables;
  if (tables.Status === 'ok') yield await checkMove(database, name);
  for (const name of DURABILITY_SETTINGS) {
    const value = await serverSetting(db, name);
    if (value === 'off')
      yield (name === 'synchronous_commit' ? warn : fail)(
        'durability',
        `${name} is off`,
        name === 'synchronous_commit'
          ? 'Turn it on in PostgreSQL: a power failure can lose the latest changes.'
          : 'Turn it on in PostgreSQL: a power failure can corrupt the database.',
      );
    else yield ok('durability', `${name} is ${value}`);
  }
  if (tables.Status === 'ok') yield await checkIds(database);
  const before = Date.now();
  const clock = await databaseClock(db);
  const now = (before + Date.now()) / 2;
  const skew = Math.round(clock.getTime() - now);
  if (Math.abs(skew) > MAX_SKEW_MS)
    yield warn(
      'clock',
      skew > 0
        ? `the clock of the database is ${skew} ms ahead`
        : `the clock of the database is ${-skew} ms behind`,
      'Synchronize both by NTP: leases use the clock of the database, tokens and displayed times that of the server.',
    );
  else yield ok('clock', 'in sync with the database');
}

/** Checks that enough of the 32-bit ids are left. */
async function checkIds({ sql: db }: Database): Promise<Finding> {
  const [most] = (await countIds(db)).toSorted((a, b) => b.ratio - a.ratio);
  const ratio = most?.ratio ?? 0;
  const detail = `${Math.floor(100 * ratio)} % of the ids of ${most?.table ?? 'task'} are used`;
  const advice = 'Add a cell, or move tenants to one (docs/observability.md#ids).';
  if (ratio >= 1) return fail('ids', detail, advice);
  return ratio >= IDS_WARNING_RATIO ? warn('ids', detail, advice) : ok('ids', detail);
}

async function checkTables(database: Database): Promise<Finding> {
  const { known, made, pending } = await migrationState(database.sql);
  try {
    checkUnknown(known, made, openLog('silent'));
  } catch (error) {
    return fail('tables', (error as Error).message, 'Or restore a backup from before the upgrade.');
  }
  if (pending.length > 0)
    return warn(
      'tables',
      pending.length === 1 ? '1 pending migration' : `${pending.length} pending migrations`,
      'Run batchline migrate, or start the server.',
    );
  const newer = [...made].filter((name) => !known.includes(name));
  if (newer.length > 0)
    return warn('tables', `newer than this version (${newer.join(', ')})`, 'This version can use them.');
  return ok('tables', 'up to date');
}

async function checkMove({ sql: db }: Database, name: string): Promise<Finding> {
  try {
    await checkNotTransferred(db, name);
    return ok('move', 'the database has not been moved');
  } catch (error) {
    return fail('move', (error as Error).message, 'See docs/move.md.');
  }
}

async function* checkFileStore({ files, dataFolder }: Config): AsyncGenerator<Finding> {
  const where = files.kind === 'folder' ? files.folder : 'S3';
  try {
    const store = await openStore(files, join(dataFolder, 'scratch'), 0);
    await store.close();
    yield ok('files', where);
  } catch (error) {
    yield fail('files', (error as Error).message, 'Check BATCHLINE_FILES and the BATCHLINE_S3_* settings.');
  }
}

async function checkReferencedFiles({ sql: db }: Database, { files, dataFolder }: Config): Promise<Finding> {
  try {
    const store = await openStore(files, join(dataFolder, 'scratch'), 0);
    const { named, missing, examples } = await checkFiles(db, store);
    await store.close();
    if (missing === 0) return ok('result files and uploads', `all ${named} exist`);
    return warn(
      'result files and uploads',
      `${missing} of ${named} are missing (${examples.join(', ')})`,
      'Copy them from the backup to the folder or bucket of BATCHLINE_FILES.',
    );
  } catch (error) {
    return fail('result files and uploads', (error as Error).message, 'The check failed.');
  }
}

async function* checkHandlers({ handlers, leaseSeconds }: Config): AsyncGenerator<Finding> {
  if (handlers.length === 0) {
    yield ok('definitions', 'only the built-in ones; BATCHLINE_HANDLERS is not set');
    return;
  }
  try {
    const registry = new Registry(leaseSeconds);
    await loadHandlers(registry, handlers);
    yield ok('definitions', registry.names().join(', '));
  } catch (error) {
    yield fail('definitions', (error as Error).message, 'Correct the module; run it with node to test it.');
  }
}
