import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Somebody else has the folder. The message names the process. */
export class FolderInUse extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FolderInUse';
  }
}

/** The folder can't be made or written to. The message says why. */
export class FolderUnusable extends Error {
  constructor(folder: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`BATCHLINE_DATA is "${folder}"; a folder that can be made and written to is accepted (${why}).`, {
      cause,
    });
    this.name = 'FolderUnusable';
  }
}

/** A lock that is held until it is released or the process ends. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes the only lock on a data folder. It is a lock of the operating system (through SQLite, which Node
 * has), so it ends with the process however that ends, and no pid is compared
 * (docs/decisions/0003-folder-lock.md).
 *
 * @throws FolderInUse where another process, or this one, holds it; FolderUnusable where it can't be written to
 */
export function lockFolder(folder: string): FolderLock {
  const holder = join(folder, 'lock.json');
  const lock = openLock(folder);
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== 5) throw error;
    throw new FolderInUse(
      `The folder ${folder} is in use by ${describeHolder(holder)}. Stop it first, or name another folder in BATCHLINE_DATA.`,
    );
  }
  writeFileSync(
    holder,
    JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() }),
  );
  return { release: () => lock.close() };
}

function openLock(folder: string): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true });
    return new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 });
  } catch (error) {
    throw new FolderUnusable(folder, error);
  }
}

function describeHolder(path: string): string {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    return `process ${pid} on ${host}, since ${since}`;
  } catch {
    return 'another process'; // it has locked but not told its name yet
  }
}
