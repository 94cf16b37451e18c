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
    if (!isFileName(name))
      throw invalid`"${name}" is not a file name; one without folders, at most ${LONGEST_NAME} characters long, is accepted.`;
    checkText(message`The file name`, name, LONGEST_NAME);
    const folder = join(this.#options.folder, 'uploads');
    await mkdir(folder, { recursive: true });
    const id = randomUUID();
    const part = join(folder, `${id}.part`);
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
    try {
      await pipeline(content, measure, createWriteStream(part, { flags: 'wx', flush: true }));
      const upload: Upload = { id, ...owner, name, bytes, sha256: hash.digest('hex') };
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
