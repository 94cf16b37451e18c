import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OperatorError } from '../../core/errors.ts';
import { VERSION } from '../../logger.ts';
import { makePrivate, PRIVATE_FILE, PRIVATE_FOLDER, syncPath } from './file-system.ts';

/** Returns the error for a data folder that can't be used because of its permissions or its disk. */
export function folderUnusable(folder: string, cause: unknown): OperatorError {
  return new OperatorError(
    'DATA_FOLDER_UNUSABLE',
    `BATCHLINE_DATA: "${folder}" can't be used (${reasonOf(cause)}); the server must be able to create it and write to it.`,
    cause,
  );
}

/**
 * Returns the error for a data folder whose content is not a complete database. Nothing was written to it.
 *
 * @param advice what the operator can do
 */
function databaseIncomplete(folder: string, problem: string, advice: string): OperatorError {
  return new OperatorError('DATABASE_INCOMPLETE', `${folder} ${problem}. Nothing was changed. ${advice}`);
}

/** Returns the error for an embedded database whose files PostgreSQL can't open or read. */
export function databaseDamaged(folder: string, reason: string, cause: unknown): OperatorError {
  return new OperatorError(
    'DATABASE_DAMAGED',
    `The database in ${folder} can't be opened (${reason}). Move the folder away and restore a backup with batchline restore.`,
    cause,
  );
}

/** Returns the first error in PostgreSQL's log; `undefined` if there is none. */
export function firstError(report: readonly string[]): string | undefined {
  const line = report.find((one) => /\b(PANIC|FATAL|ERROR):/.test(one));
  return line?.replace(/^.*?\b(?:PANIC|FATAL|ERROR):\s*/, '').slice(0, 300);
}

/** Describes a thrown value: Emscripten throws objects that are not errors and have no message. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof Error) return cause.message.split('\n')[0]?.replace(/\.$/, '') ?? cause.name;
  const { message, errno } = (cause ?? {}) as { readonly message?: unknown; readonly errno?: unknown };
  if (typeof message === 'string' && message !== '') return message;
  return typeof errno === 'number' ? `error ${errno} of the file system` : String(cause);
}

/** The folder of the embedded database below the data folder. */
export const EMBEDDED_FOLDER = 'postgres';
/** The marker: identifies the data folder of a database, and records whether the database was closed. */
export const MARKER = 'database.json';
/** Content of `PG_VERSION` for the PostgreSQL in PGlite. */
export const POSTGRES_MAJOR = '18';
/** File handles needed by PostgreSQL, Node.js and some connections. */
const NEEDED_FILES = 512;
const FORMAT = 1;

/** Files and folders that every complete database has. */
const PARTS = [
  'postgresql.conf',
  'global/pg_control',
  'global/pg_filenode.map',
  'base/5/pg_filenode.map',
  'base/5/PG_VERSION',
  'pg_wal',
  'pg_xact',
  'pg_multixact',
];
/** A PostgreSQL server writes this at its start; PGlite, which has no postmaster, does not. */
const SERVER_FILE = 'postmaster.opts';

/** The content of the marker. */
interface Marker {
  readonly format: number;
  /** Identifies the database. */
  readonly id: string;
  /** The program that last opened it. */
  readonly version: string;
  /**
   * - *creating*: the first start has begun; nothing has been acknowledged. Leads to *open*.
   * - *open*: a process has it open, or was killed. Leads to *closed*.
   * - *closed*: shut down cleanly. Leads to *open*.
   */
  readonly state: 'creating' | 'open' | 'closed';
  readonly since: string;
}

/** State of a data folder: no database yet, one whose creation was interrupted, or a complete one. */
type Content = 'nothing' | 'unfinished' | 'database';

/**
 * The data folder of an embedded database and its marker (docs/decisions/0028-the-data-folder.md). PGlite creates a new
 * database in any folder without a `PG_VERSION` and overwrites its files, so the folder is checked first.
 */
export class DataFolder {
  readonly #folder: string;
  readonly #id: string;
  /** True if there was no database yet. */
  readonly isNew: boolean;
  /** True if the database was shut down cleanly; otherwise PostgreSQL replays its WAL. */
  readonly wasClosed: boolean;
  /** Paths that could not be made private. */
  readonly refused: readonly string[];

  private constructor(folder: string, content: Content, marker: Marker | undefined) {
    this.#folder = folder;
    this.isNew = content !== 'database';
    this.#id = marker?.id ?? randomUUID();
    this.wasClosed = marker === undefined || marker.state !== 'open';
    this.refused = makeFolderPrivate(folder);
  }

  /**
   * Checks the folder without writing to it.
   *
   * @throws OperatorError `DATABASE_INCOMPLETE` if its content is not a complete database;
   *   `DATA_FOLDER_UNUSABLE` if it can't be read; `OPEN_FILES_LIMIT`
   */
  static check(folder: string): void {
    checkFileHandles();
    readContent(folder);
  }

  /**
   * Checks the folder again under its lock and makes it private. A folder of an earlier release gets its marker when the
   * database is open.
   *
   * @throws as `check`
   */
  static prepare(folder: string): DataFolder {
    const content = readContent(folder);
    const prepared = new DataFolder(folder, content, readMarker(folder));
    if (content === 'unfinished') rmSync(join(folder, EMBEDDED_FOLDER), { recursive: true });
    if (prepared.isNew) prepared.#write('creating');
    return prepared;
  }

  /** Records that the database is complete and open. */
  opened(): void {
    this.#write('open');
  }

  /** Records that the database was shut down. */
  closed(): void {
    this.#write('closed');
  }

  #write(state: Marker['state']): void {
    const marker: Marker = {
      format: FORMAT,
      id: this.#id,
      version: VERSION,
      state,
      since: new Date().toISOString(),
    };
    const path = join(this.#folder, MARKER);
    const part = `${path}.part`;
    writeFileSync(part, JSON.stringify(marker), { mode: PRIVATE_FILE, flush: true });
    renameSync(part, path);
    syncPath(this.#folder);
  }
}

/** Returns true if a data folder has an embedded database, complete or not. */
export function hasEmbedded(folder: string): boolean {
  return namesIn(join(folder, EMBEDDED_FOLDER)).length > 0;
}

/** Writes the marker of a restored database. Its id is new, because an archive may be restored more than once. */
export function markRestored(folder: string): void {
  rmSync(join(folder, MARKER), { force: true });
  DataFolder.prepare(folder).closed();
}

function readContent(folder: string): Content {
  const database = join(folder, EMBEDDED_FOLDER);
  const restore = 'Restore a backup into another folder, or set BATCHLINE_DATA to the right one.';
  const refuse = (problem: string, advice = restore): never => {
    throw databaseIncomplete(database, problem, advice);
  };
  if (exists(folder, 'PG_VERSION'))
    throw databaseIncomplete(
      folder,
      'is the data folder of a PostgreSQL server',
      'Set BATCHLINE_DATA to another folder, or DATABASE_URL to that server.',
    );
  const marker = readMarker(folder);
  const names = namesIn(database);
  if (names.length === 0) {
    if (marker !== undefined && marker.state !== 'creating')
      refuse(
        `is missing, but ${join(folder, MARKER)} records one`,
        `Restore a backup, or delete ${MARKER} to start with an empty database.`,
      );
    return 'nothing';
  }
  if (marker?.state === 'creating') return 'unfinished';
  if (names.includes(SERVER_FILE)) refuse(`belongs to a PostgreSQL server (it has ${SERVER_FILE})`);
  const major = exists(database, 'PG_VERSION') && readFileSync(join(database, 'PG_VERSION'), 'utf8').trim();
  if (major === false) refuse('is not a complete database (PG_VERSION is missing)');
  else if (major !== POSTGRES_MAJOR)
    refuse(`is a database of PostgreSQL ${major}, and this program needs ${POSTGRES_MAJOR}`);
  const missing = PARTS.find((part) => !exists(database, part));
  if (missing !== undefined) refuse(`is not a complete database (${missing} is missing)`);
  if (!namesIn(join(database, 'pg_wal')).some((name) => /^[0-9A-F]{24}$/.test(name)))
    refuse('is not a complete database (the WAL in pg_wal is missing)');
  return 'database';
}

/** Reads the marker; `undefined` if there is none. A malformed one counts as that of a closed database. */
function readMarker(folder: string): Marker | undefined {
  const path = join(folder, MARKER);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw folderUnusable(folder, error);
  }
  let marker: Partial<Marker> = {};
  try {
    marker = JSON.parse(text) as Partial<Marker>;
  } catch {
    // Malformed; the checks of the database files decide.
  }
  if ((marker.format ?? FORMAT) > FORMAT)
    throw databaseIncomplete(
      folder,
      `was written by a newer program (${marker.version})`,
      'Start that version or a newer one.',
    );
  return {
    format: FORMAT,
    id: marker.id ?? randomUUID(),
    version: marker.version ?? VERSION,
    state: marker.state ?? 'closed',
    since: marker.since ?? new Date().toISOString(),
  };
}

function exists(folder: string, name: string): boolean {
  return guarded(folder, () => statSync(join(folder, name), { throwIfNoEntry: false }) !== undefined);
}

/** Lists the entries of a folder; none if it does not exist. */
function namesIn(folder: string): string[] {
  return guarded(folder, () => {
    try {
      return readdirSync(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
}

function guarded<T>(folder: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw folderUnusable(folder, reasonOf(error));
  }
}

/** Makes the server's files in the data folder private, and the folder itself if it has no other files. */
function makeFolderPrivate(folder: string): string[] {
  const ours = [EMBEDDED_FOLDER, MARKER, 'lock.db', 'lock.db-journal', 'lock.json'];
  const refused = ours.flatMap((name) => makePrivate(join(folder, name)));
  const known = [...ours, 'files', 'scratch'];
  if (readdirSync(folder).every((name) => known.includes(name)))
    refused.push(...makePrivate(folder, { deep: false }));
  return refused;
}

/** Rejects a limit that is too low: PostgreSQL would fail in the middle of a write. */
function checkFileHandles(): void {
  if (process.platform === 'win32') return;
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const limit = Number(userLimits?.open_files?.soft);
  if (limit < NEEDED_FILES)
    throw new OperatorError(
      'OPEN_FILES_LIMIT',
      `This process may open ${limit} files, and the embedded database needs ${NEEDED_FILES}; raise the limit (ulimit -n, or LimitNOFILE in systemd).`,
    );
}

const SQLITE_BUSY = 5;

/** A lock that lasts until it is released or the process ends. */
export interface FolderLock {
  release(): void;
}

/**
 * Locks a data folder exclusively. The lock belongs to the operating system (through the SQLite in Node.js), so it ends
 * with the process, even if that is killed (docs/decisions/0003-folder-lock.md).
 *
 * @throws OperatorError `DATA_FOLDER_IN_USE` if it is locked; `DATA_FOLDER_UNUSABLE` if it is not writable
 */
export function lockFolder(folder: string): FolderLock {
  const holder = join(folder, 'lock.json');
  const lock = openLock(folder);
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw folderUnusable(folder, error);
    throw new OperatorError(
      'DATA_FOLDER_IN_USE',
      `The folder ${folder} is in use by ${describeHolder(holder)}. Stop that process first, or use the dashboard or the API of the running server.`,
    );
  }
  try {
    const text = JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() });
    writeFileSync(holder, text, { mode: PRIVATE_FILE });
  } catch (error) {
    lock.close();
    throw folderUnusable(folder, error);
  }
  return { release: () => lock.close() };
}

function openLock(folder: string): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
    return new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 });
  } catch (error) {
    throw folderUnusable(folder, error);
  }
}

function describeHolder(path: string): string {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    return `process ${pid} on ${host}, since ${since}`;
  } catch {
    return 'another process'; // it has not written lock.json yet
  }
}
