import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OperatorError } from '../../core/operator-error.ts';
import { folderUnusable } from './data-folder.ts';
import { PRIVATE_FILE, PRIVATE_FOLDER } from './file-system.ts';

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
