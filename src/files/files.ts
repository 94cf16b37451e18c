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
import type { ByteRange, FileStore } from './blob-store.ts';
import { digestOf, nothingThere } from './fs.ts';
import { Scratch } from './scratch.ts';
import { UploadRoom, type UploadRoomOptions } from './upload-quota.ts';

/** The size and the hash of a content. */
export interface Measured {
  readonly bytes: number;
  /** in hex */
  readonly sha256: string;
}

/** A refusal of a file that is larger than is set. */
function tooLarge(mostBytes: number): RequestError {
  return oversized`The file is larger than ${mostBytes} bytes, the most that is accepted.`;
}

/** The check is repeated after this many bytes. */
const CHECK_BYTES = 16 * 1024 * 1024;

/** Measures what passes through it, and fails with a RequestError (oversized) if that is too much. */
class Measure extends Transform {
  readonly #hash = createHash('sha256');
  readonly #mostBytes: number;
  readonly #check: ((bytes: number) => Promise<void>) | undefined;
  #bytes = 0;
  #checked = 0;

  /** @param check called every 16 MB with the measure so far; throws to abort the stream */
  constructor(mostBytes: number, check?: (bytes: number) => Promise<void>) {
    super();
    this.#mostBytes = mostBytes;
    this.#check = check;
  }

  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error: Error | null, chunk?: Buffer) => void,
  ): void {
    this.#bytes += chunk.length;
    this.#hash.update(chunk);
    if (this.#bytes > this.#mostBytes) done(tooLarge(this.#mostBytes));
    else if (this.#check === undefined || this.#bytes - this.#checked < CHECK_BYTES) done(null, chunk);
    else {
      this.#checked = this.#bytes;
      this.#check(this.#bytes).then(() => done(null, chunk), done);
    }
  }

  /** What has passed; once, at the end. */
  measured(): Measured {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** What names an uploaded file begin with, where an input file is asked for. */
export const UPLOAD_PREFIX = 'upload:';
const LONGEST_NAME = 255;

/** What is set about files. */
export interface FilesOptions extends UploadRoomOptions {
  /** Absolute path of the folder that input files may be read from. */
  readonly inputFolder: string | undefined;
  /** The largest upload in bytes. */
  readonly uploadLimit: number;
  /** The largest result file in bytes. */
  readonly resultLimit: number;
}

/** A result file that is on the disk and not yet the task's. */
export interface ReceivedFile {
  /** Makes it the task's, in the place of an earlier one, in the transaction that says so. */
  keep(trx: Transaction<Schema>): Promise<void>;
  discard(): Promise<void>;
}

/** A kept result file, to be read. */
export interface KeptResult extends Measured {
  readonly name: string;
  /** Reads it, or a part of it that is within its length. */
  open(range?: ByteRange): Promise<Readable | undefined>;
}

/**
 * Result files of tasks, uploads of clients, and the input files that tasks may read. The content is in the store,
 * under a key that is never used again; the database says which one is whose. A content without a row is nobody's,
 * and is swept away (src/files/sweep.ts).
 */
export class Files {
  readonly store: FileStore;
  readonly scratch: Scratch;
  readonly #options: FilesOptions;
  readonly #db: Kysely<Schema>;
  readonly #log: Logger;
  readonly #room: UploadRoom;

  constructor(options: FilesOptions, db: Kysely<Schema>, store: FileStore, log: Logger) {
    this.#options = options;
    this.#db = db;
    this.store = store;
    this.#log = log;
    this.scratch = new Scratch(store.scratchFolder);
    this.#room = new UploadRoom(options, db, store);
  }

  /**
   * The place for a run to write its task's result file; its folder exists then. What an earlier attempt has written
   * is there, unless it is older than the last checkpoint that goes with it.
   *
   * @param fileAttempt the attempt that has written this checkpoint; null for none
   * @throws PermanentError where the name is not a plain file name
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
   * Puts the result file of a run into the store; it is the task's once the record is written. `undefined` where the
   * run has written none.
   *
   * @param settled whether nobody writes into it any more
   * @throws PermanentError where it is too large
   */
  async storeResult(task: BatchTask, name: string, settled: boolean): Promise<ResultFileRecord | undefined> {
    const path = this.scratch.path({ taskId: task.id, attempt: task.attempt }, name);
    const found = await stat(path).catch(nothingThere);
    if (!found?.isFile()) return undefined;
    const { resultLimit } = this.#options;
    if (found.size > resultLimit) throw new PermanentError(tooLarge(resultLimit).text);
    const sha256 = await digestOf(path);
    const key = resultKey();
    await this.store.putFile(key, path, settled);
    return { taskId: task.id, attempt: task.attempt, name, key, bytes: found.size, sha256 };
  }

  /** A task's result file, or `undefined` where it has none. */
  async findResult(taskId: number): Promise<KeptResult | undefined> {
    const found = await findResultFile(this.#db, taskId);
    if (found === undefined) return undefined;
    const { name, bytes, sha256, key } = found;
    return { name, bytes, sha256, open: (range) => this.store.open(key, range) };
  }

  /** The keys of the result files of tasks that are about to be deleted in this transaction. */
  resultKeys(trx: Transaction<Schema>, taskIds: readonly number[]): Promise<string[]> {
    return findResultKeys(trx, taskIds);
  }

  /** Removes the files of tasks that have been deleted. What can't be removed now is swept away later. */
  async removeResults(taskIds: readonly number[], keys: readonly string[]): Promise<void> {
    await this.#discard(keys);
    for (const id of taskIds) await this.scratch.remove(id);
  }

  /**
   * Keeps what a client sends. It is durable when this resolves; a broken or too large one leaves nothing.
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
    await this.#room.check(owner.tenant, bytes);
    const id = randomUUID();
    const key = uploadKey(id);
    const received = await this.#receive(key, content, uploadLimit, (come) =>
      this.#room.check(owner.tenant, come, true),
    );
    try {
      await this.#room.check(owner.tenant, received.bytes, true);
    } catch (error) {
      await this.#discard([key]);
      throw error;
    }
    if (sha256 !== undefined && sha256 !== received.sha256) {
      await this.#discard([key]);
      throw notAsSaid(received, { bytes: received.bytes, sha256 });
    }
    const upload = { id, ...owner, name, ...received };
    await insertUpload(this.#db, upload);
    return upload;
  }

  /** Removes an upload with its content. */
  async removeUpload(id: string): Promise<void> {
    try {
      await deleteUpload(this.#db, id);
    } catch (error) {
      // Without its content, which no run can read any more, a full disk may take the change of the row.
      if (isDiskFull(error, true)) {
        await this.#discard([uploadKey(id)]);
        return retry(() => deleteUpload(this.#db, id), FULL_RETRIES);
      }
      throw error;
    }
    await this.#discard([uploadKey(id)]);
  }

  /** Removes the contents of uploads that have been deleted. */
  async removeUploadContents(ids: readonly string[]): Promise<void> {
    await this.#discard(ids.map(uploadKey));
  }

  /**
   * Receives a result file that a worker outside the server sends. It is durable when this resolves, and the task's
   * once it is kept.
   *
   * @throws RequestError (invalid) where the name can't be kept or it is not what was said, (oversized) where it is too large; nothing is left then
   */
  async receiveResult(
    run: { readonly taskId: number; readonly attempt: number },
    name: string,
    content: Readable,
    said: Measured,
  ): Promise<ReceivedFile> {
    checkFileName(name);
    const key = resultKey();
    const received = await this.#receive(key, content, this.#options.resultLimit);
    const discard = (): Promise<void> => this.#discard([key]);
    if (received.bytes !== said.bytes || received.sha256 !== said.sha256) {
      await discard();
      throw notAsSaid(received, said);
    }
    return { keep: (trx) => writeResultFiles(trx, [{ ...run, name, key, ...received }]), discard };
  }

  /**
   * The path of a file that a task may read: an upload of its owner's, or one inside the allowed folder.
   *
   * @throws PermanentError where there is none or it is not allowed
   */
  async inputFile(name: string, task: BatchTask): Promise<string> {
    return name.startsWith(UPLOAD_PREFIX)
      ? this.#uploadedFile(name.slice(UPLOAD_PREFIX.length), task)
      : this.#allowedFile(name);
  }

  /** Puts what comes into the store and measures it. */
  async #receive(
    key: string,
    content: Readable,
    mostBytes: number,
    check?: (bytes: number) => Promise<void>,
  ): Promise<Measured> {
    const measure = new Measure(mostBytes, check);
    await pipeline(content, measure, (measured) => this.store.put(key, measured as unknown as Readable));
    return measure.measured();
  }

  /** Removes contents that no row names any more. Where the store can't, the sweep does it later. */
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
        message`No folder is open for input files: upload the file, or set BATCHLINE_INPUT_DIR.`,
      );
    }
    const folder = await realpath(inputFolder);
    // Whatever is wrong with a name: what is outside of the folder, and where it lies, is not told.
    const path = await realpath(resolve(folder, name)).catch(() => undefined);
    if (path === undefined || !path.startsWith(folder + sep) || !(await stat(path)).isFile()) {
      throw new PermanentError(
        message`There is no file "${name}" in the folder that is open for input files.`,
      );
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

/** Whether a text can be the id of an upload. */
export function isUploadId(text: string): boolean {
  return UUID.test(text);
}

function uploadKey(id: Upload['id']): string {
  return `uploads/${id}`;
}

/** A key that is never used again. The folders by its first letters keep each of them small. */
function resultKey(): string {
  const id = randomUUID();
  return `results/${id.slice(0, 2)}/${id}`;
}

function notAsSaid(received: Measured, said: Measured): Error {
  return invalid`The file has ${received.bytes} bytes and the SHA-256 ${received.sha256}; ${said.bytes} bytes and ${said.sha256} were announced.`;
}

/** @throws RequestError (invalid) where the name is none that can be kept */
function checkFileName(name: string): void {
  if (!isFileName(name))
    throw invalid`"${name}" is not a file name; a name of at most ${LONGEST_NAME} characters without folders is accepted.`;
  checkText(message`The file name`, name, LONGEST_NAME);
}

function isFileName(name: string): boolean {
  return (
    name !== '' &&
    name !== '.' &&
    name !== '..' &&
    name.length <= LONGEST_NAME &&
    basename(name) === name &&
    name.isWellFormed() &&
    !/[\\/\0]/.test(name)
  );
}
