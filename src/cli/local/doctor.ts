import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, readConfig } from '../../config.ts';
import { hasOperatorCode } from '../../core/operator-error.ts';
import type { Database } from '../../db/database.ts';
import { checkUnknown, migrationState } from '../../db/migrations/migrate.ts';
import { connectDatabase, nameOf } from '../../db/open.ts';
import { hasEmbedded } from '../../db/pglite/data-folder.ts';
import { databaseClock, serverSetting } from '../../db/sql.ts';
import { checkNotMoved } from '../../db/transfer/state.ts';
import { openStore } from '../../files/open.ts';
import { checkFiles } from '../../files/sweep.ts';
import { openLog } from '../../logger.ts';
import { loadHandlers, Registry } from '../../queue/registry.ts';
import type { ExitCode } from '../usage.ts';

/** What was looked at, how it is, and what to do about it. */
interface Finding {
  readonly Check: string;
  readonly Status: 'ok' | 'warn' | 'fail';
  readonly Detail: string;
  readonly Advice: string;
}

const MEGABYTE = 1024 * 1024;
const LITTLE_SPACE = 1024 * MEGABYTE;
const NO_SPACE = 100 * MEGABYTE;
/** Settings of PostgreSQL that keep what is committed. */
const DURABLE = ['fsync', 'full_page_writes', 'synchronous_commit'];
/** Clocks that differ by less are taken for the same, in milliseconds: a look takes its time. */
const SKEW = 1000;

/**
 * `batchline doctor`: looks at everything that a start needs, and changes nothing but that it makes the data folder.
 *
 * @returns 1 where something would keep the server from working
 */
export async function doctor({ json }: { readonly json?: boolean }): Promise<ExitCode> {
  const findings: Finding[] = [];
  for await (const finding of examine()) {
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

async function* examine(): AsyncGenerator<Finding> {
  yield ok('Node.js', process.version);
  let config: Config;
  try {
    config = readConfig(process.env);
  } catch (error) {
    if (!hasOperatorCode(error, 'SETTINGS_INVALID')) throw error;
    for (const problem of error.problems)
      yield fail('settings', problem, 'batchline settings lists them all.');
    return;
  }
  yield ok('settings', config.databaseUrl === undefined ? 'embedded database' : 'PostgreSQL');
  for (const { alias, name } of config.renamedSettings)
    yield warn('settings', `${alias} is deprecated`, `Use ${name}.`);
  yield* examineFolder(config.dataFolder);
  yield* examineDatabase(config);
  yield* examineFiles(config);
  yield* examineHandlers(config);
}

async function* examineFolder(folder: string): AsyncGenerator<Finding> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK);
  } catch (error) {
    yield fail(
      'data folder',
      (error as Error).message,
      'BATCHLINE_DATA names a folder that can be written to.',
    );
    return;
  }
  yield ok('data folder', folder);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const told = `${Math.floor(free / MEGABYTE)} MB are free in ${folder}`;
  const advice = 'Make room, or shorten BATCHLINE_RETENTION.';
  if (free < NO_SPACE) yield fail('disk space', told, advice);
  else if (free < LITTLE_SPACE) yield warn('disk space', told, advice);
  else yield ok('disk space', told);
}

async function* examineDatabase(config: Config): AsyncGenerator<Finding> {
  if (config.databaseUrl === undefined && !hasEmbedded(config.dataFolder)) {
    yield ok('database', 'there is none yet; the first start makes it');
    return;
  }
  let database: Database;
  try {
    database = await connectDatabase(config, openLog('silent'));
  } catch (error) {
    if (hasOperatorCode(error, 'DATA_FOLDER_IN_USE'))
      yield warn('database', error.message, 'A server runs; GET /health/ready tells how it fares.');
    else
      yield fail(
        'database',
        (error as Error).message,
        'Without it nothing runs; restore a backup where it is damaged, start PostgreSQL where that is used.',
      );
    return;
  }
  try {
    yield* examineOpen(database, nameOf(config));
    yield await examineNamedFiles(database, config);
  } finally {
    await database.close();
  }
}

async function* examineOpen(database: Database, name: string): AsyncGenerator<Finding> {
  const { sql: db } = database;
  yield ok('database', `PostgreSQL ${await serverSetting(db, 'server_version')} answers`);
  const tables = await examineTables(database);
  yield tables;
  if (tables.Status === 'ok') yield await examineMove(database, name);
  for (const name of DURABLE) {
    const value = await serverSetting(db, name);
    if (value === 'off')
      yield (name === 'synchronous_commit' ? warn : fail)(
        'durability',
        `${name} is off`,
        `Turn it on in PostgreSQL: a power cut may lose ${name === 'synchronous_commit' ? 'the last changes' : 'everything'}.`,
      );
    else yield ok('durability', `${name} is ${value}`);
  }
  const before = Date.now();
  const clock = await databaseClock(db);
  const now = (before + Date.now()) / 2;
  const skew = Math.round(clock.getTime() - now);
  if (Math.abs(skew) > SKEW)
    yield warn(
      'clock',
      `the database's is ${skew} ms ahead`,
      'Set both by NTP: times that are shown and tokens that end go by this machine, leases by the database.',
    );
  else yield ok('clock', 'that of the database agrees');
}

async function examineTables(database: Database): Promise<Finding> {
  const { known, made, pending } = await migrationState(database.sql);
  try {
    checkUnknown(known, made, openLog('silent'));
  } catch (error) {
    return fail('tables', (error as Error).message, 'Or restore a backup of before.');
  }
  if (pending.length > 0)
    return warn(
      'tables',
      `${pending.length} migrations are to be made`,
      'batchline migrate makes them, and so does the next start.',
    );
  const newer = [...made].filter((name) => !known.includes(name));
  if (newer.length > 0)
    return warn('tables', `newer than this program (${newer.join(', ')})`, 'It can go on with them.');
  return ok('tables', 'up to date');
}

async function examineMove({ sql: db }: Database, name: string): Promise<Finding> {
  try {
    await checkNotMoved(db, name);
    return ok('move', 'the database was not moved away');
  } catch (error) {
    return fail('move', (error as Error).message, 'batchline move tells what is to be done.');
  }
}

async function* examineFiles({ files, dataFolder }: Config): AsyncGenerator<Finding> {
  const where = files.kind === 'folder' ? files.folder : 'S3';
  try {
    const store = await openStore(files, join(dataFolder, 'scratch'), 0);
    await store.close();
    yield ok('files', where);
  } catch (error) {
    yield fail('files', (error as Error).message, 'Check BATCHLINE_FILES and the BATCHLINE_S3_* settings.');
  }
}

async function examineNamedFiles({ sql: db }: Database, { files, dataFolder }: Config): Promise<Finding> {
  try {
    const store = await openStore(files, join(dataFolder, 'scratch'), 0);
    const { named, notFound, examples } = await checkFiles(db, store);
    await store.close();
    if (notFound === 0) return ok('result files and uploads', `all ${named} are there`);
    return warn(
      'result files and uploads',
      `${notFound} of ${named} are missing (${examples.join(', ')})`,
      'Copy them from the backup to the place that BATCHLINE_FILES names.',
    );
  } catch (error) {
    return fail('result files and uploads', (error as Error).message, 'The check failed.');
  }
}

async function* examineHandlers({ handlers, leaseSeconds }: Config): AsyncGenerator<Finding> {
  if (handlers.length === 0) {
    yield ok('definitions', 'BATCHLINE_HANDLERS names none; those that come with the server are there');
    return;
  }
  try {
    const registry = new Registry(leaseSeconds);
    await loadHandlers(registry, handlers);
    yield ok('definitions', registry.names().join(', '));
  } catch (error) {
    yield fail(
      'definitions',
      (error as Error).message,
      'The module must load; node runs it alone for a try.',
    );
  }
}
