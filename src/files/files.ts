import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Kysely } from 'kysely';
import type { BatchTask } from '../domain/batch-task.ts';
import { invalid } from '../domain/errors.ts';
import { checkText } from '../domain/limits.ts';
import { message } from '../domain/message.ts';
import type { Schema } from '../store/schema.ts';
import { getUpload, insertUpload, type Upload } from '../store/uploads/uploads.ts';
import { PermanentError, type ResultFile } from '../workers/define-task.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UPLOAD_PREFIX = 'upload:';
const LONGEST_NAME = 255;

/** What is set about files. */
export interface FilesOptions {
  /** Absolute path of the folder that holds result files and uploads. */
  readonly folder: string;
  /** Absolute path of the folder that input files may be read from. */
  readonly inputFolder: string | undefined;
  /** The largest upload in bytes. */
  readonly uploadLimit: number;
}

/** The size and the hash of a content. */
export interface Measured {
  readonly bytes: number;
  /** in hex */
  readonly sha256: string;
}

/** A result file that is on the disk and not yet the task's. */
export interface ReceivedFile {
  /** Makes it the task's, in the place of an earlier one of its name. */
  keep(): Promise<void>;
  discard(): Promise<void>;
}

/** Result files of tasks, uploads of clients, and the input files that tasks may read. */
export class Files {
  readonly #options: FilesOptions;
  readonly #db: Kysely<Schema>;

  constructor(options: FilesOptions, db: Kysely<Schema>) {
    this.#options = options;
    this.#db = db;
  }

  /**
   * The place of a task's result file; its folder exists then.
   *
   * @throws PermanentError where the name is not a plain file name
   */
  async resultFile(taskId: number, name: string): Promise<ResultFile> {
    if (!isFileName(name))
      throw new PermanentError(message`"${name}" is not a file name; one without folders is accepted.`);
    const folder = join(this.#options.folder, 'results', String(taskId));
    await mkdir(folder, { recursive: true });
    return { name, path: join(folder, name) };
  }

  /** A task's result file for reading, with its size in bytes, or `undefined` where it has none. */
  async openResult(
    task: BatchTask,
  ): Promise<{ readonly stream: Readable; readonly bytes: number } | undefined> {
    if (!isFileName(task.fileName)) return undefined;
    const path = join(this.#options.folder, 'results', String(task.id), task.fileName);
    const found = await stat(path).catch(nothingThere);
    return found?.isFile() ? { stream: createReadStream(path), bytes: found.size } : undefined;
  }

  /** Removes the result files of a task that is deleted. */
  async removeResults(taskId: number): Promise<void> {
    await rm(join(this.#options.folder, 'results', String(taskId)), { recursive: true, force: true });
  }

  /**
   * Keeps what a client sends. It is on the disk when this resolves; a broken or too large one leaves nothing.
   *
   * @throws Refusal (invalid) where the name can't be kept or it is too large
   */
  async keepUpload(
    owner: { readonly associateId: number; readonly tenant: string },
    name: string,
    content: Readable,
  ): Promise<Upload> {
    checkFileName(name);
    const folder = join(this.#options.folder, 'uploads');
    await mkdir(folder, { recursive: true });
    const id = randomUUID();
    const part = join(folder, `${id}.part`);
    try {
      const received = await this.#receive(part, content);
      const upload: Upload = { id, ...owner, name, ...received };
      await rename(part, join(folder, id));
      await syncFolder(folder);
      await insertUpload(this.#db, upload);
      return upload;
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  /**
   * Receives a result file that a worker outside the server sends, beside the task's own files. It is on the disk
   * when this resolves, and the task's once it is kept.
   *
   * @throws Refusal (invalid) where the name can't be kept, it is too large, or not what was said; nothing is left then
   */
  async receiveResult(
    taskId: number,
    name: string,
    content: Readable,
    said: Measured,
  ): Promise<ReceivedFile> {
    checkFileName(name);
    const folder = join(this.#options.folder, 'results', String(taskId));
    await mkdir(folder, { recursive: true });
    const part = join(folder, `${randomUUID()}.part`);
    const discard = (): Promise<void> => rm(part, { force: true });
    try {
      const received = await this.#receive(part, content);
      if (received.bytes !== said.bytes || received.sha256 !== said.sha256) {
        throw invalid`The file has ${received.bytes} bytes and the SHA-256 ${received.sha256}; ${said.bytes} bytes and ${said.sha256} were announced.`;
      }
    } catch (error) {
      await discard();
      throw error;
    }
    const keep = async (): Promise<void> => {
      await rename(part, join(folder, name));
      await syncFolder(folder);
    };
    return { keep, discard };
  }

  /** Writes what comes to the disk and measures it. */
  async #receive(path: string, content: Readable): Promise<Measured> {
    const hash = createHash('sha256');
    let bytes = 0;
    const measure = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        bytes += chunk.length;
        hash.update(chunk);
        if (bytes > this.#options.uploadLimit) {
          done(
            invalid`The file is larger than ${this.#options.uploadLimit} bytes, the most that is accepted.`,
          );
        } else done(null, chunk);
      },
    });
    await pipeline(content, measure, createWriteStream(path, { flags: 'wx', flush: true }));
    return { bytes, sha256: hash.digest('hex') };
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

  async #uploadedFile(id: string, task: BatchTask): Promise<string> {
    const upload = UUID.test(id) ? await getUpload(this.#db, id) : undefined;
    const owned = upload !== undefined && (task.ownerId === 0 || upload.associateId === task.ownerId);
    if (!owned || upload.tenant !== task.tenant) {
      throw new PermanentError(message`There is no upload "${id}" of the task's owner.`);
    }
    return join(this.#options.folder, 'uploads', upload.id);
  }

  async #allowedFile(name: string): Promise<string> {
    const { inputFolder } = this.#options;
    if (inputFolder === undefined) {
      throw new PermanentError(
        message`No folder is open for input files: upload the file, or set BATCHLINE_INPUT.`,
      );
    }
    const folder = await realpath(inputFolder);
    const path = await realpath(resolve(folder, name)).catch(nothingThere);
    if (path === undefined || !path.startsWith(folder + sep)) {
      throw new PermanentError(
        message`There is no file "${name}" in the folder that is open for input files.`,
      );
    }
    return path;
  }
}

/** @throws Refusal (invalid) where the name is none that can be kept */
function checkFileName(name: string): void {
  if (!isFileName(name))
    throw invalid`"${name}" is not a file name; one without folders, at most ${LONGEST_NAME} characters long, is accepted.`;
  checkText(message`The file name`, name, LONGEST_NAME);
}

function isFileName(name: string): boolean {
  return (
    name !== '' &&
    name !== '.' &&
    name !== '..' &&
    name.length <= LONGEST_NAME &&
    basename(name) === name &&
    !/[\\/\0]/.test(name)
  );
}

function nothingThere(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // folders can't be synced there
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
