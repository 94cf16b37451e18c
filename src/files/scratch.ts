import { randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PRIVATE_FILE, PRIVATE_FOLDER } from '../db/pglite/file-system.ts';
import { ignoreMissing, syncFile, syncFolder } from './blob-store.ts';

const INPUTS = 'inputs';

/** Identifies the files of a run. */
export interface RunOfFiles {
  readonly taskId: number;
  readonly attempt: number;
}

/** A stored result file of an earlier attempt. */
export interface StoredResult {
  /** The attempt that wrote it. */
  readonly attempt: number;
  /** Returns its content. */
  open(): Promise<Readable | undefined>;
}

/**
 * Files of active runs, in a folder per attempt: `<task>/<attempt>/<name>`. An attempt starts with a copy of the previous
 * attempt's file, so that an abandoned run can't write to the file of its successor. `inputs` has copies of input files.
 */
export class Scratch {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Returns the path of a file of a run. */
  path(run: RunOfFiles, name: string): string {
    return join(this.#folder, String(run.taskId), String(run.attempt), name);
  }

  /**
   * Prepares the path of a run's file. Copies the newest content of earlier attempts, unless it is older than the checkpoint
   * that refers to the file.
   *
   * @param minAttempt the attempt that saved that checkpoint
   */
  async open(
    run: RunOfFiles,
    name: string,
    minAttempt: number,
    elsewhere: () => Promise<StoredResult | undefined>,
  ): Promise<string> {
    const path = this.path(run, name);
    const folder = join(path, '..');
    await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
    if (run.attempt <= 1 || (await stat(path).catch(ignoreMissing)) !== undefined) return path;
    const local = await this.#newest(run, name, minAttempt);
    const kept = await elsewhere();
    const part = join(folder, `.${randomUUID()}.part`);
    if (kept !== undefined && kept.attempt >= minAttempt && kept.attempt > (local ?? 0)) {
      const content = await kept.open();
      if (content === undefined) return path;
      await pipeline(content, createWriteStream(part, { flags: 'wx', flush: true, mode: PRIVATE_FILE }));
    } else if (local !== undefined) {
      await copyFile(this.path({ ...run, attempt: local }, name), part, constants.COPYFILE_FICLONE);
      await syncFile(part);
    } else return path;
    await rename(part, path);
    await syncFolder(folder);
    return path;
  }

  /** Deletes files after the end of a run: all files of the task, or those of earlier attempts. */
  async release(run: RunOfFiles, all: boolean): Promise<void> {
    if (all) return this.remove(run.taskId);
    for (const attempt of await this.#attempts(run.taskId)) {
      if (attempt < run.attempt) await this.#remove(String(run.taskId), String(attempt));
    }
  }

  /** Deletes all files of a task. */
  async remove(taskId: number): Promise<void> {
    await this.#remove(String(taskId));
  }

  /**
   * Returns the path of a local copy of an input file, and downloads it if it is missing. The modification time is the given
   * one, the same on all machines; the access time is the last call.
   */
  async input(id: string, modified: Date, fetch: () => Promise<Readable>): Promise<string> {
    const folder = join(this.#folder, INPUTS);
    const path = join(folder, id);
    if ((await stat(path).catch(ignoreMissing)) === undefined) {
      await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
      const part = `${path}.${randomUUID()}.part`;
      try {
        await pipeline(await fetch(), createWriteStream(part, { flags: 'wx', mode: PRIVATE_FILE }));
        await utimes(part, new Date(), modified);
        await rename(part, path);
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    }
    await utimes(path, new Date(), modified);
    return path;
  }

  /** Returns the tasks whose folders have not changed since then. */
  async tasksBefore(before: Date): Promise<number[]> {
    const old = await this.#olderThan('.', before, 'mtime');
    return old.filter((name) => /^\d+$/.test(name)).map(Number);
  }

  /** Deletes copies of input files that were not used since then. Resolves to their number. */
  async removeInputs(before: Date): Promise<number> {
    const old = await this.#olderThan(INPUTS, before, 'atime');
    for (const name of old) await this.#remove(INPUTS, name);
    return old.length;
  }

  async #newest(run: RunOfFiles, name: string, minAttempt: number): Promise<number | undefined> {
    const attempts = await this.#attempts(run.taskId);
    for (const attempt of attempts.filter((one) => one >= minAttempt && one < run.attempt)) {
      const found = await stat(this.path({ ...run, attempt }, name)).catch(ignoreMissing);
      if (found?.isFile()) return attempt;
    }
    return undefined;
  }

  /** Returns the attempts with a folder, the newest first. */
  async #attempts(taskId: number): Promise<number[]> {
    const names = (await readdir(join(this.#folder, String(taskId))).catch(ignoreMissing)) ?? [];
    return names.map(Number).sort((a, b) => b - a);
  }

  async #olderThan(folder: string, before: Date, time: 'atime' | 'mtime'): Promise<string[]> {
    const names = (await readdir(join(this.#folder, folder)).catch(ignoreMissing)) ?? [];
    const old: string[] = [];
    for (const name of names) {
      const found = await stat(join(this.#folder, folder, name)).catch(ignoreMissing);
      if (found !== undefined && found[time] < before) old.push(name);
    }
    return old;
  }

  async #remove(...path: readonly string[]): Promise<void> {
    await rm(join(this.#folder, ...path), { recursive: true, force: true });
  }
}
