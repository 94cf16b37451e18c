import { createHash, randomUUID } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { basename, resolve, sep } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Kysely, Transaction } from 'kysely';
import type { Logger } from 'pino';
import { invalid, oversized, type RequestError } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import { message } from '../core/message.ts';
import { type RetryOptions, retry } from '../core/retry.ts';
import type { BatchTask } from '../core/task.ts';
import { isDiskFull } from '../db/errors.ts';
import {
  deleteUpload,
  findResultFile,
  findResultKeys,
  findUpload,
  insertUpload,
  type NewUpload,
  type ResultFileRecord,
  recordUse,
  type Upload,
  writeResultFiles,
} from '../db/queries/file.ts';
import type { Schema } from '../db/schema.ts';
import type { ResultFile } from '../sdk/define-task.ts';
import { PermanentError } from '../sdk/errors.ts';
import { type ByteRange, digestOf, type FileStore, ignoreMissing } from './blob-store.ts';
import { Scratch } from './scratch.ts';
import { UploadQuota, type UploadQuotaOptions } from './upload-quota.ts';

/** The size and hash of a file. */
export interface Measured {
  readonly bytes: number;
  /** in hex */
  readonly sha256: string;
}

function tooLarge(maxBytes: number): RequestError {
  return oversized`The file is larger than ${maxBytes} bytes, which is the maximum.`;
}

/** Number of bytes between two checks. */
const CHECK_BYTES = 16 * 1024 * 1024;

/** Measures a stream, and fails with a RequestError (oversized) if it exceeds the maximum. */
class Measure extends Transform {
  readonly #hash = createHash('sha256');
  readonly #maxBytes: number;
  readonly #check: ((bytes: number) => Promise<void>) | undefined;
  #bytes = 0;
  #checked = 0;

  /** @param check called every 16 MB with the number of bytes; throws to abort the stream */
  constructor(maxBytes: number, check?: (bytes: number) => Promise<void>) {
    super();
    this.#maxBytes = maxBytes;
    this.#check = check;
  }

  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error: Error | null, chunk?: Buffer) => void,
  ): void {
    this.#bytes += chunk.length;
    this.#hash.update(chunk);
    if (this.#bytes > this.#maxBytes) done(tooLarge(this.#maxBytes));
    else if (this.#check === undefined || this.#bytes - this.#checked < CHECK_BYTES) done(null, chunk);
    else {
      this.#checked = this.#bytes;
      this.#check(this.#bytes).then(() => done(null, chunk), done);
    }
  }

  /** Returns the size and hash. Call it once, at the end. */
  measured(): Measured {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Prefix of the names of uploads among input files. */
export const UPLOAD_PREFIX = 'upload:';
const MAX_NAME_LENGTH = 255;

/** Options of files. */
export interface FilesOptions extends UploadQuotaOptions {
  /** Absolute path of the folder of input files. */
  readonly inputFolder: string | undefined;
  /** Maximum size of an upload in bytes. */
  readonly uploadLimit: number;
  /** Maximum size of a result file in bytes. */
  readonly resultLimit: number;
}

/** A stored result file that is not assigned to its task yet. */
export interface ReceivedFile {
  /** Assigns it to the task in a transaction, and replaces an earlier file. */
  keep(trx: Transaction<Schema>): Promise<void>;
  discard(): Promise<void>;
}

/** A stored result file. */
export interface KeptResult extends Measured {
  readonly name: string;
  /** Returns the content, or a range within its length. */
  open(range?: ByteRange): Promise<Readable | undefined>;
}

/**
 * Result files of tasks, uploads of clients, and input files. The store has the content, under keys that are never reused;
 * database rows assign it to tasks and uploads. Content without a row is an orphan, which the sweep deletes
 * (src/files/sweep.ts).
 */
export class Files {
  readonly store: FileStore;
  readonly scratch: Scratch;
  readonly #options: FilesOptions;
  readonly #db: Kysely<Schema>;
  readonly #log: Logger;
  readonly #quota: UploadQuota;

  constructor(options: FilesOptions, db: Kysely<Schema>, store: FileStore, log: Logger) {
    this.#options = options;
    this.#db = db;
    this.store = store;
    this.#log = log;
    this.scratch = new Scratch(store.scratchFolder);
    this.#quota = new UploadQuota(options, db, store);
  }

  /**
   * Returns the path at which a run writes its result file, in an existing folder. The file has the content of the latest
   * attempt, unless that is older than the last checkpoint that refers to the file.
   *
   * @param fileAttempt the attempt that saved this checkpoint; null if there is none
   * @throws PermanentError if the name is not a plain file name
   */
  async resultFile(task: BatchTask, name: string, fileAttempt: number | null): Promise<ResultFile> {
    if (!isFileName(name))
      throw new PermanentError(message`"${name}" is not a file name; a name without folders is accepted.`);
    const run = { taskId: task.id, attempt: task.attempt };
    const path = await this.scratch.open(run, name, fileAttempt ?? 0, async () => {
      const kept = await findResultFile(this.#db, task.id);
      return kept?.name === name
        ? { attempt: kept.attempt, open: () => this.store.open(kept.key) }
        : undefined;
    });
    return { name, path };
  }

  /**
   * Stores the result file of a run. The caller assigns it to the task by writing the returned record.
   *
   * @param settled whether the file no longer changes
   * @returns `undefined` if the run wrote no file
   * @throws PermanentError if it is too large
   */
  async storeResult(task: BatchTask, name: string, settled: boolean): Promise<ResultFileRecord | undefined> {
    const path = this.scratch.path({ taskId: task.id, attempt: task.attempt }, name);
    const found = await stat(path).catch(ignoreMissing);
    if (!found?.isFile()) return undefined;
    const { resultLimit } = this.#options;
    if (found.size > resultLimit) throw new PermanentError(tooLarge(resultLimit).text);
    const sha256 = await digestOf(path);
    const key = resultKey();
    await this.store.putFile(key, path, settled);
    return { taskId: task.id, attempt: task.attempt, name, key, bytes: found.size, sha256 };
  }

  /** Returns a task's result file; `undefined` if it has none. */
  async findResult(taskId: number): Promise<KeptResult | undefined> {
    const found = await findResultFile(this.#db, taskId);
    if (found === undefined) return undefined;
    const { name, bytes, sha256, key } = found;
    return { name, bytes, sha256, open: (range) => this.store.open(key, range) };
  }

  /** Returns the keys of the result files of tasks that this transaction deletes. */
  resultKeys(trx: Transaction<Schema>, taskIds: readonly number[]): Promise<string[]> {
    return findResultKeys(trx, taskIds);
  }

  /** Deletes the files of deleted tasks. If that fails, the sweep deletes them later. */
  async removeResults(taskIds: readonly number[], keys: readonly string[]): Promise<void> {
    await this.#discard(keys);
    for (const id of taskIds) await this.scratch.remove(id);
  }

  /**
   * Stores an upload. Durable when the promise resolves; a broken or too large upload leaves nothing.
   *
   * @param announced the length, if the client sent it, and the hash in hex
   * @throws RequestError (invalid) if the name is invalid or length or hash differ, (oversized) if it is too large or
   *   its tenant's quota is used up, (unavailable) if the disk has no room for uploads
   */
  async keepUpload(
    owner: { readonly associateId: number; readonly tenant: string },
    name: string,
    content: Readable,
    { bytes = 0, sha256 }: { readonly bytes?: number; readonly sha256?: string | undefined } = {},
  ): Promise<NewUpload> {
    checkFileName(name);
    const { uploadLimit } = this.#options;
    if (bytes > uploadLimit) throw tooLarge(uploadLimit);
    await this.#quota.check(owner.tenant, bytes);
    const id = randomUUID();
    const key = uploadKey(id);
    const received = await this.#receive(key, content, uploadLimit, (received) =>
      this.#quota.check(owner.tenant, received, true),
    );
    try {
      await this.#quota.check(owner.tenant, received.bytes, true);
    } catch (error) {
      await this.#discard([key]);
      throw error;
    }
    if (sha256 !== undefined && sha256 !== received.sha256) {
      await this.#discard([key]);
      throw announcementMismatch(received, { bytes: received.bytes, sha256 });
    }
    const upload = { id, ...owner, name, ...received };
    await insertUpload(this.#db, upload);
    return upload;
  }

  /** Deletes an upload and its content. */
  async removeUpload(id: string): Promise<void> {
    try {
      await deleteUpload(this.#db, id);
    } catch (error) {
      // On a full disk, deleting the content first may free the space that the change of the row needs.
      if (isDiskFull(error, true)) {
        await this.#discard([uploadKey(id)]);
        return retry(() => deleteUpload(this.#db, id), FULL_RETRIES);
      }
      throw error;
    }
    await this.#discard([uploadKey(id)]);
  }

  /** Deletes the contents of deleted uploads. */
  async removeUploadContents(ids: readonly string[]): Promise<void> {
    await this.#discard(ids.map(uploadKey));
  }

  /**
   * Receives a result file from an external worker. Durable when the promise resolves; `keep` assigns it to the task.
   *
   * @throws RequestError (invalid) if the name is invalid, or size or hash differ from the announced ones, (oversized) if it
   *   is too large; nothing is stored then
   */
  async receiveResult(
    run: { readonly taskId: number; readonly attempt: number },
    name: string,
    content: Readable,
    announced: Measured,
  ): Promise<ReceivedFile> {
    checkFileName(name);
    const key = resultKey();
    const received = await this.#receive(key, content, this.#options.resultLimit);
    const discard = (): Promise<void> => this.#discard([key]);
    if (received.bytes !== announced.bytes || received.sha256 !== announced.sha256) {
      await discard();
      throw announcementMismatch(received, announced);
    }
    return { keep: (trx) => writeResultFiles(trx, [{ ...run, name, key, ...received }]), discard };
  }

  /**
   * Returns the path of an input file of a task: an upload of its owner, or a file in the input folder.
   *
   * @throws PermanentError if there is no such file or it is not allowed
   */
  async inputFile(name: string, task: BatchTask): Promise<string> {
    return name.startsWith(UPLOAD_PREFIX)
      ? this.#uploadedFile(name.slice(UPLOAD_PREFIX.length), task)
      : this.#allowedFile(name);
  }

  /** Stores a stream and measures it. */
  async #receive(
    key: string,
    content: Readable,
    maxBytes: number,
    check?: (bytes: number) => Promise<void>,
  ): Promise<Measured> {
    const measure = new Measure(maxBytes, check);
    await pipeline(content, measure, (measured) => this.store.put(key, measured as unknown as Readable));
    return measure.measured();
  }

  /** Deletes contents without a row. If that fails, the sweep deletes them later. */
  async #discard(keys: readonly string[]): Promise<void> {
    try {
      await this.store.delete(keys);
    } catch (error) {
      this.#log.warn(
        { event: 'file.delete_failed', err: error, files: keys.length },
        'failed to delete files; the next sweep deletes them',
      );
    }
  }

  async #uploadedFile(id: string, task: BatchTask): Promise<string> {
    const noUpload = (): PermanentError =>
      new PermanentError(message`There is no upload "${id}" of the task's owner.`);
    const upload = isUploadId(id) ? await findUpload(this.#db, id) : undefined;
    if (upload === undefined || upload.tenant !== task.tenant) throw noUpload();
    if (task.ownerId !== 0 && upload.associateId !== task.ownerId) throw noUpload();
    await recordUse(this.#db, id);
    const key = uploadKey(id);
    return (
      this.store.localPath(key) ??
      this.scratch.input(id, upload.created, async () => {
        const content = await this.store.open(key);
        if (content === undefined) throw noUpload();
        return content;
      })
    );
  }

  async #allowedFile(name: string): Promise<string> {
    const { inputFolder } = this.#options;
    if (inputFolder === undefined) {
      throw new PermanentError(
        message`There is no input folder: upload the file, or set BATCHLINE_INPUT_DIR.`,
      );
    }
    const folder = await realpath(inputFolder);
    // One error for all reasons, so that it does not reveal files outside of the folder, or the folder's path.
    const path = await realpath(resolve(folder, name)).catch(() => undefined);
    if (path === undefined || !path.startsWith(folder + sep) || !(await stat(path)).isFile()) {
      throw new PermanentError(message`There is no file "${name}" in the input folder.`);
    }
    return path;
  }
}

/** The embedded database checks its free space twice a second. */
const FULL_RETRIES: RetryOptions = {
  firstMs: 500,
  maxMs: 500,
  attempts: 7,
  isRetryable: (error) => isDiskFull(error, true),
};

/** Returns true if a text is a well-formed upload id. */
export function isUploadId(text: string): boolean {
  return UUID.test(text);
}

function uploadKey(id: Upload['id']): string {
  return `uploads/${id}`;
}

/** Returns a new key. Its first letters are a folder, which keeps folders small. */
function resultKey(): string {
  const id = randomUUID();
  return `results/${id.slice(0, 2)}/${id}`;
}

function announcementMismatch(received: Measured, announced: Measured): Error {
  return invalid`The file has ${received.bytes} bytes and the SHA-256 ${received.sha256}; ${announced.bytes} bytes and ${announced.sha256} were announced.`;
}

/** @throws RequestError (invalid) if the name is not a valid file name */
function checkFileName(name: string): void {
  if (!isFileName(name))
    throw invalid`"${name}" is not a file name; a name of at most ${MAX_NAME_LENGTH} characters without folders is accepted.`;
  checkText(message`The file name`, name, MAX_NAME_LENGTH);
}

function isFileName(name: string): boolean {
  return (
    name !== '' &&
    name !== '.' &&
    name !== '..' &&
    name.length <= MAX_NAME_LENGTH &&
    basename(name) === name &&
    name.isWellFormed() &&
    !/[\\/\0]/.test(name)
  );
}
