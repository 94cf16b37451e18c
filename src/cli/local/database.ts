import { open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, readConfig } from '../../config.ts';
import { OperatorError } from '../../core/errors.ts';
import type { Database } from '../../db/database.ts';
import { migrationState } from '../../db/migrations/migrate.ts';
import { connectDatabase, nameOf, openDatabase, openForTransfer } from '../../db/open.ts';
import { openEmbedded } from '../../db/pglite/connect.ts';
import { hasEmbedded } from '../../db/pglite/data-folder.ts';
import { restoreEmbedded } from '../../db/pglite/restore.ts';
import { forgetTransfer, transferDatabase } from '../../db/transfer/transfer.ts';
import { openStore } from '../../files/open.ts';
import { checkFiles, type FileCheck } from '../../files/sweep.ts';
import { openLog } from '../../logger.ts';
import { type ExitCode, print } from '../output.ts';

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

interface Options {
  readonly json?: boolean;
}

/**
 * `batchline backup FILE`: saves the embedded database to a new archive. The server must be stopped. Leaves no file if
 * it fails.
 */
export async function backup(file: string, { json }: Options): Promise<ExitCode> {
  const config = readEmbeddedConfig('use pg_dump');
  if (!hasEmbedded(config.dataFolder))
    throw new OperatorError(
      'DATABASE_MISSING',
      `there is no database in ${config.dataFolder}; set BATCHLINE_DATA to the data folder of the server`,
    );
  const archive = await open(file, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST')
      throw new OperatorError('FILE_EXISTS', `the file ${file} already exists; choose another name`);
    throw new OperatorError('USAGE_INVALID', `can't write ${file}: ${error.message}`);
  });
  try {
    const database = await openEmbedded(config.dataFolder, openLog('warn'), undefined, 'as they are');
    try {
      const dump = await database.dump();
      await archive.writeFile(Buffer.from(await dump.arrayBuffer()));
      await archive.sync();
    } finally {
      await database.close();
    }
    const { size } = await archive.stat();
    print(
      { File: file, Bytes: size },
      json,
      `Saved the database to ${file} (${size} bytes). ${filesHint(config)}`,
    );
    return 0;
  } catch (error) {
    await rm(file, { force: true }); // An incomplete archive can't be restored.
    throw error;
  } finally {
    await archive.close();
  }
}

/**
 * `batchline restore FILE`: creates the embedded database from an archive; none may exist yet. Reports result files and
 * uploads that the database references and the file store lacks.
 */
export async function restore(file: string, { json }: Options): Promise<ExitCode> {
  const config = readEmbeddedConfig('use pg_restore or psql');
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true)
    throw new OperatorError(
      'USAGE_INVALID',
      `there is no file ${file}; name an archive that batchline backup created`,
    );
  await restoreEmbedded(config.dataFolder, await readFile(file));
  const files = await checkRestored(config);
  print(
    { Folder: config.dataFolder, Files: files.named, MissingFiles: files.missing },
    json,
    `Restored the database to ${config.dataFolder}.${missingHint(files, config)}`,
  );
  return 0;
}

/** @param alternative the advice for a PostgreSQL server @throws OperatorError `DATABASE_NOT_EMBEDDED` */
function readEmbeddedConfig(alternative: string): Config {
  const config = readConfig(process.env);
  if (config.databaseUrl !== undefined)
    throw new OperatorError(
      'DATABASE_NOT_EMBEDDED',
      `DATABASE_URL is set, and this command is for the embedded database; ${alternative}`,
    );
  return config;
}

/** Returns what a backup does not contain. */
function filesHint({ files }: Config): string {
  return files.kind === 'folder'
    ? `It does not include result files and uploads: copy the folder ${files.folder} too.`
    : 'Result files and uploads stay in S3.';
}

/** Checks that the file store has the files that the restored database references. */
async function checkRestored(config: Config): Promise<FileCheck> {
  const database = await openEmbedded(config.dataFolder, openLog('warn'), undefined, 'as they are');
  try {
    const store = await openStore(config.files, join(config.dataFolder, 'scratch'), 0);
    try {
      return await checkFiles(database.sql, store);
    } finally {
      await store.close();
    }
  } finally {
    await database.close();
  }
}

function missingHint({ named, missing, examples }: FileCheck, { files }: Config): string {
  if (missing === 0) return named === 0 ? '' : ` All ${named} result files and uploads exist.`;
  const store = files.kind === 'folder' ? files.folder : 'the bucket of BATCHLINE_FILES';
  return ` ${missing} of ${named} result files and uploads are missing from ${store} (${examples.join(', ')}); copy them, then run batchline doctor.`;
}

/** Options of `move`. */
export interface MoveOptions {
  readonly to?: string;
  /** Allows the embedded database to be used again. */
  readonly forget?: boolean;
  readonly json?: boolean;
}

/** `batchline move --to postgres://…`: copies the embedded database to an empty PostgreSQL database. */
export async function moveCommand(values: MoveOptions): Promise<ExitCode> {
  const config = readConfig(process.env);
  const log = openLog('warn');
  if (config.databaseUrl !== undefined)
    throw new OperatorError(
      'USAGE_INVALID',
      'move copies the embedded database in BATCHLINE_DATA; unset DATABASE_URL',
    );
  if (values.forget === true) return forget();
  const { to } = values;
  if (to === undefined || !/^postgres(ql)?:\/\//.test(to))
    throw new OperatorError(
      'USAGE_INVALID',
      'move requires --to with the address of a PostgreSQL database: postgres://…',
    );
  const target = readConfig({ ...process.env, DATABASE_URL: to });
  const from = await openForTransfer(config, log);
  try {
    const into = await openForTransfer(target, log);
    try {
      const move = { source: nameOf(config), target: nameOf(target) };
      const result = await transferDatabase(from.sql, into.sql, move, ({ table, copied }) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${table}: ${copied} rows   `);
      });
      if (process.stderr.isTTY) process.stderr.write('\n');
      if (values.json === true) console.log(JSON.stringify({ ...move, ...result }));
      else {
        for (const { table, rows } of result.tables)
          console.log(`${table}: ${rows} rows copied and verified`);
        console.log(`Moved the database to ${move.target}. Set DATABASE_URL to it and start the server.`);
        if (config.files.kind === 'folder')
          console.log(`Files remain in ${config.files.folder}: set BATCHLINE_FILES to it on each server.`);
      }
      return 0;
    } finally {
      await into.close();
    }
  } finally {
    await from.close();
  }

  async function forget(): Promise<ExitCode> {
    const database: Database = await openForTransfer(config, log);
    try {
      const name = nameOf(config);
      const wasMoved = await forgetTransfer(database.sql, name);
      const text = wasMoved ? `${name} can be used again.` : `${name} has not been moved.`;
      print({ Database: name, Forgotten: wasMoved }, values.json, text);
      return 0;
    } finally {
      await database.close();
    }
  }
}
