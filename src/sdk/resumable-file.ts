import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * An append-only result file that resumes at a checkpoint. `sync` flushes the appended text to disk and returns the file's
 * length; save that length in the checkpoint. The next attempt opens the file with it, which truncates everything written
 * after the checkpoint.
 */
export class ResumableFile {
  readonly #file: FileHandle;
  #pending: string[] = [];
  #length: number;

  /** True if the file was shorter than the checkpoint's length. Its content is lost; the file is now empty. */
  readonly lost: boolean;

  private constructor(file: FileHandle, length: number, lost: boolean) {
    this.#file = file;
    this.#length = length;
    this.lost = lost;
  }

  /**
   * Opens the file, or creates it if it is missing, and truncates it.
   *
   * @param length bytes to keep, from the last checkpoint; 0 for a new file
   */
  static async open(path: string, length: number): Promise<ResumableFile> {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o640);
    try {
      const lost = (await file.stat()).size < length;
      const kept = lost ? 0 : length;
      await file.truncate(kept);
      await syncFolder(dirname(path));
      return new ResumableFile(file, kept, lost);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Bytes in the file, without text that is not synced yet. */
  get length(): number {
    return this.#length;
  }

  /** Appends text, which is buffered in memory until `sync`. */
  append(text: string): void {
    this.#pending.push(text);
  }

  /**
   * Writes the buffered text and flushes it to disk.
   *
   * @returns the file's length
   */
  async sync(): Promise<number> {
    if (this.#pending.length === 0) return this.#length;
    const bytes = Buffer.from(this.#pending.join(''));
    this.#pending = [];
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#length + done);
      done += bytesWritten;
    }
    await this.#file.datasync();
    this.#length += bytes.length;
    return this.#length;
  }

  /**
   * Truncates the file and discards the buffered text, for work that is repeated, such as a transaction that is retried
   * after a deadlock.
   *
   * @param length bytes to keep
   * @throws RangeError if the file is shorter
   */
  async cut(length: number): Promise<void> {
    this.#pending = [];
    if (length === this.#length) return;
    if (!(length >= 0 && length < this.#length))
      throw new RangeError(`The file has ${this.#length} bytes and can't be truncated to ${length}.`);
    await this.#file.truncate(length);
    this.#length = length;
  }

  /** Closes the file and discards text that is not synced. */
  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Flushes a folder's entries to disk, so that a new file survives a power cut. Windows has no such call. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
