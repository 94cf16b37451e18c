import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * A result file that grows together with a checkpoint: `sync` puts what was appended on the disk and tells
 * the file's length, the checkpoint keeps that length, and the next attempt opens the file at it, which
 * cuts off whatever was written after the checkpoint.
 */
export class ResumableFile {
  readonly #file: FileHandle;
  #pending: string[] = [];
  #length: number;

  /** Whether the file was shorter than the checkpoint says, so that its earlier content is lost; it is empty then. */
  readonly lost: boolean;

  private constructor(file: FileHandle, length: number, lost: boolean) {
    this.#file = file;
    this.#length = length;
    this.lost = lost;
  }

  /**
   * Opens the file, creates it where it is missing, and cuts it to a length.
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

  /** Bytes in the file, without what has not been synced yet. */
  get length(): number {
    return this.#length;
  }

  /** Adds text; it is held in memory until `sync`. */
  append(text: string): void {
    this.#pending.push(text);
  }

  /**
   * Writes what was appended and forces it to the disk.
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
   * Drops what was appended and synced after a length: for work that begins again, as that of a transaction does when the
   * database asks for it.
   *
   * @param length bytes to keep, at most `length`
   */
  async cut(length: number): Promise<void> {
    this.#pending = [];
    if (length === this.#length) return;
    if (!(length >= 0 && length < this.#length))
      throw new RangeError(`The file has ${this.#length} bytes and can't be cut to ${length}.`);
    await this.#file.truncate(length);
    this.#length = length;
  }

  /** Closes the file; what was not synced is dropped. */
  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Forces a folder's entries to the disk, so that a new file survives a power cut. Windows has no such call. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
