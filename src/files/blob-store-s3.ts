import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { OperatorError } from '../core/operator-error.ts';
import type { ByteRange, FileStore, S3Place, StoredFile } from './blob-store.ts';

/** How many files one call removes at most, by S3. */
const MAX_DELETED_AT_ONCE = 1000;
/** How many parts an upload has at most, by S3. */
const MAX_PARTS = 10_000;
const MIN_PART_BYTES = 8 * 1024 * 1024;
/** Tries of one call, with growing pauses between them. */
const TRIES = 5;

/** Files in a bucket of S3 or of a service that speaks its protocol. */
export class S3Store implements FileStore {
  readonly scratchFolder: string;
  readonly sharesScratch = false;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #partBytes: number;

  /**
   * @param scratchFolder absolute path of a folder of this process's own machine
   * @param mostBytes the size of the largest file that will be kept
   */
  constructor(place: S3Place, scratchFolder: string, mostBytes: number) {
    this.scratchFolder = scratchFolder;
    this.#bucket = place.bucket;
    this.#prefix = place.prefix;
    this.#partBytes = Math.max(MIN_PART_BYTES, Math.ceil(mostBytes / MAX_PARTS));
    this.#client = new S3Client({
      maxAttempts: TRIES,
      // Other services than Amazon's know buckets by path, and not all know the newer checksums.
      forcePathStyle: place.endpoint !== undefined,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...(place.endpoint === undefined ? {} : { endpoint: place.endpoint }),
      ...(place.region === undefined ? {} : { region: place.region }),
      ...(place.credentials === undefined ? {} : { credentials: place.credentials }),
    });
  }

  /**
   * Asks whether the bucket is there and may be used.
   *
   * @throws OperatorError `FILES_UNREACHABLE` if it is not
   */
  async check(): Promise<void> {
    try {
      await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }));
    } catch (error) {
      const { name, message } = error as Error;
      const reason = message === '' ? name : `${name}: ${message}`;
      throw new OperatorError(
        'FILES_UNREACHABLE',
        `The bucket "${this.#bucket}" of BATCHLINE_FILES can't be used: ${reason}`,
        error,
      );
    }
  }

  async put(key: string, content: Readable): Promise<void> {
    const upload = new Upload({
      client: this.#client,
      params: { ...this.#of(key), Body: content },
      partSize: this.#partBytes,
      queueSize: 2,
      leavePartsOnError: false,
    });
    await upload.done();
  }

  async putFile(key: string, path: string): Promise<void> {
    await this.put(key, createReadStream(path));
  }

  async open(key: string, range?: ByteRange): Promise<Readable | undefined> {
    const Range = range === undefined ? undefined : `bytes=${range.start}-${range.end}`;
    const answer = await this.#client
      .send(new GetObjectCommand({ ...this.#of(key), Range }))
      .catch(noSuchKey);
    return answer?.Body as Readable | undefined;
  }

  async stat(key: string): Promise<StoredFile | undefined> {
    const answer = await this.#client.send(new HeadObjectCommand(this.#of(key))).catch(noSuchKey);
    return answer && { key, bytes: answer.ContentLength ?? 0, modified: answer.LastModified ?? new Date() };
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += MAX_DELETED_AT_ONCE) {
      const Objects = keys
        .slice(from, from + MAX_DELETED_AT_ONCE)
        .map((key) => ({ Key: this.#prefix + key }));
      const { Errors = [] } = await this.#client.send(
        new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } }),
      );
      const [first] = Errors;
      if (first !== undefined)
        throw new Error(`${Errors.length} files could not be removed; ${first.Key}: ${first.Message}`);
    }
  }

  async *list(prefix: string): AsyncIterable<StoredFile> {
    const pages = paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#bucket, Prefix: this.#prefix + prefix },
    );
    for await (const { Contents = [] } of pages) {
      for (const { Key, Size = 0, LastModified } of Contents) {
        if (Key === undefined || LastModified === undefined) continue;
        yield { key: Key.slice(this.#prefix.length), bytes: Size, modified: LastModified };
      }
    }
  }

  localPath(): undefined {
    return undefined;
  }

  async freeBytes(): Promise<undefined> {
    return undefined;
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  #of(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }
}

function noSuchKey(error: unknown): undefined {
  if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return undefined;
  throw error;
}
