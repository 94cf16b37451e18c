import { open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, readConfig } from '../../config.ts';
import { OperatorError } from '../../core/operator-error.ts';
import { openEmbedded } from '../../db/pglite/connect.ts';
import { hasEmbedded } from '../../db/pglite/data-folder.ts';
import { restoreEmbedded } from '../../db/pglite/restore.ts';
import { openStore } from '../../files/open.ts';
import { checkFiles, type FileCheck } from '../../files/sweep.ts';
import { openLog } from '../../logger.ts';
import { print } from '../output.ts';
import type { ExitCode } from '../usage.ts';

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
    { Folder: config.dataFolder, Files: files.named, MissingFiles: files.notFound },
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

function missingHint({ named, notFound, examples }: FileCheck, { files }: Config): string {
  if (notFound === 0) return named === 0 ? '' : ` All ${named} result files and uploads exist.`;
  const store = files.kind === 'folder' ? files.folder : 'the bucket of BATCHLINE_FILES';
  return ` ${notFound} of ${named} result files and uploads are missing from ${store} (${examples.join(', ')}); copy them, then run batchline doctor.`;
}
