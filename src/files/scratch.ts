import { randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PRIVATE_FILE, PRIVATE_FOLDER } from '../db/pglite/file-system.ts';
import { nothingThere, syncFile, syncFolder } from './fs.ts';

const INPUTS = 'inputs';

/** A run as far as its files go. */
export interface RunOfFiles {
  readonly taskId: number;
  readonly attempt: number;
}

/** Where an earlier attempt's file can come from, beside this folder. */
export interface KeptElsewhere {
  /** The attempt that wrote it. */
  readonly attempt: number;
  /** Its content. */
  open(): Promise<Readable | undefined>;
}

/**
 * Files of runs that go on, one folder an attempt: `<task>/<attempt>/<name>`. An attempt begins with a copy of the
 * file of the one before it, so that a run that is left behind can't write into the file of its successor. Copies
 * of input files are in `inputs`.
 */
export class Scratch {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The path of a file that a run writes or has written. */
  path(run: RunOfFiles, name: string): string {
    return join(this.#folder, String(run.taskId), String(run.attempt), name);
  }

  /**
   * Makes the place of a run's file. The newest content of earlier attempts is in it, if it is not older than the
   * checkpoint that goes with it.
   *
   * @param least the attempt that has written that checkpoint
   */
  async open(
    run: RunOfFiles,
    name: string,
    least: number,
    elsewhere: () => Promise<KeptElsewhere | undefined>,
  ): Promise<string> {
    const path = this.path(run, name);
    const folder = join(path, '..');
    await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
    if (run.attempt <= 1 || (await stat(path).catch(nothingThere)) !== undefined) return path;
    const local = await this.#newest(run, name, least);
    const kept = await elsewhere();
    const part = join(folder, `.${randomUUID()}.part`);
    if (kept !== undefined && kept.attempt >= least && kept.attempt > (local ?? 0)) {
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

  /** Removes what a run that has ended no longer needs: everything, or the files of the attempts before it. */
  async release(run: RunOfFiles, all: boolean): Promise<void> {
    if (all) return this.remove(run.taskId);
    for (const attempt of await this.#attempts(run.taskId)) {
      if (attempt < run.attempt) await this.#remove(String(run.taskId), String(attempt));
    }
  }

  /** Removes everything of a task. */
  async remove(taskId: number): Promise<void> {
    await this.#remove(String(taskId));
  }

  /**
   * The path of a copy of an input file, which is fetched where it is not there yet. Its time of change is the one
   * given, on whatever machine it was fetched; its time of access is when it was last asked for.
   */
  async input(id: string, modified: Date, fetch: () => Promise<Readable>): Promise<string> {
    const folder = join(this.#folder, INPUTS);
    const path = join(folder, id);
    if ((await stat(path).catch(nothingThere)) === undefined) {
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

  /** Tasks that have files here which nobody has begun to write since then. */
  async tasksBefore(before: Date): Promise<number[]> {
    const old = await this.#olderThan('.', before, 'mtime');
    return old.filter((name) => /^\d+$/.test(name)).map(Number);
  }

  /** Removes the copies of input files that nobody has asked for since then. Resolves to how many there were. */
  async removeInputs(before: Date): Promise<number> {
    const old = await this.#olderThan(INPUTS, before, 'atime');
    for (const name of old) await this.#remove(INPUTS, name);
    return old.length;
  }

  async #newest(run: RunOfFiles, name: string, least: number): Promise<number | undefined> {
    const attempts = await this.#attempts(run.taskId);
    for (const attempt of attempts.filter((one) => one >= least && one < run.attempt)) {
      const found = await stat(this.path({ ...run, attempt }, name)).catch(nothingThere);
      if (found?.isFile()) return attempt;
    }
    return undefined;
  }

  /** The attempts that have a folder, the newest first. */
  async #attempts(taskId: number): Promise<number[]> {
    const names = (await readdir(join(this.#folder, String(taskId))).catch(nothingThere)) ?? [];
    return names.map(Number).sort((a, b) => b - a);
  }

  async #olderThan(folder: string, before: Date, time: 'atime' | 'mtime'): Promise<string[]> {
    const names = (await readdir(join(this.#folder, folder)).catch(nothingThere)) ?? [];
    const old: string[] = [];
    for (const name of names) {
      const found = await stat(join(this.#folder, folder, name)).catch(nothingThere);
      if (found !== undefined && found[time] < before) old.push(name);
    }
    return old;
  }

  async #remove(...path: readonly string[]): Promise<void> {
    await rm(join(this.#folder, ...path), { recursive: true, force: true });
  }
}
