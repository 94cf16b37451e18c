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
 * `batchline backup FILE`: writes all of the embedded database into an archive that does not exist yet. The server must
 * be stopped. Where it fails it leaves no file.
 */
export async function backup(file: string, { json }: Options): Promise<ExitCode> {
  const config = embeddedOnly('pg_dump backs it up');
  if (!hasEmbedded(config.dataFolder))
    throw new OperatorError(
      'DATABASE_MISSING',
      `there is no database in ${config.dataFolder}; the folder that the server has in BATCHLINE_DATA is accepted`,
    );
  const archive = await open(file, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST')
      throw new OperatorError('FILE_EXISTS', `there is a file ${file} already; a new name is accepted`);
    throw new OperatorError('USAGE_INVALID', `${file} can't be written: ${error.message}`);
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
      `${file} has all of the database (${size} bytes). ${filesHint(config)}`,
    );
    return 0;
  } catch (error) {
    await rm(file, { force: true }); // half an archive is none
    throw error;
  } finally {
    await archive.close();
  }
}

/**
 * `batchline restore FILE`: makes the embedded database from an archive. There must be none yet. Then it checks that the
 * result files and uploads that the database names are there.
 */
export async function restore(file: string, { json }: Options): Promise<ExitCode> {
  const config = embeddedOnly('pg_restore and psql restore it');
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true)
    throw new OperatorError(
      'USAGE_INVALID',
      `there is no file ${file}; what batchline backup has written is accepted`,
    );
  await restoreEmbedded(config.dataFolder, await readFile(file));
  const files = await checkRestored(config);
  print(
    { Folder: config.dataFolder, Files: files.named, MissingFiles: files.notFound },
    json,
    `The database is in ${config.dataFolder} again.${missingHint(files, config)}`,
  );
  return 0;
}

function embeddedOnly(instead: string): Config {
  const config = readConfig(process.env);
  if (config.databaseUrl !== undefined)
    throw new OperatorError(
      'DATABASE_NOT_EMBEDDED',
      `DATABASE_URL names a PostgreSQL: ${instead}; this is for the embedded database`,
    );
  return config;
}

/** Says what a backup does not contain. */
function filesHint({ files }: Config): string {
  return files.kind === 'folder'
    ? `Result files and uploads are not in it: copy the folder ${files.folder} too.`
    : 'Result files and uploads stay in S3.';
}

/** Looks in the restored database for files that are not in the store. */
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
  if (notFound === 0) return named === 0 ? '' : ` All ${named} result files and uploads are there.`;
  const place = files.kind === 'folder' ? files.folder : 'the bucket of BATCHLINE_FILES';
  return ` Of ${named} result files and uploads ${notFound} are missing in ${place} (${examples.join(', ')}); copy them there, then run batchline doctor.`;
}
