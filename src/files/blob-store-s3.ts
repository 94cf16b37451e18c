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
import { OperatorError } from '../core/errors.ts';
import type { ByteRange, FileStore, S3Place, StoredFile } from './blob-store.ts';

/** S3's limit of objects per delete request. */
const MAX_KEYS_PER_DELETE = 1000;
/** S3's limit of parts per upload. */
const MAX_PARTS = 10_000;
const MIN_PART_BYTES = 8 * 1024 * 1024;
/** Attempts of a call, with backoff. */
const MAX_ATTEMPTS = 5;

/** Stores files in a bucket of S3 or a compatible service. */
export class S3Store implements FileStore {
  readonly scratchFolder: string;
  readonly sharesScratch = false;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #partBytes: number;

  /**
   * @param scratchFolder absolute path of a local folder
   * @param maxBytes maximum size of a file
   */
  constructor(place: S3Place, scratchFolder: string, maxBytes: number) {
    this.scratchFolder = scratchFolder;
    this.#bucket = place.bucket;
    this.#prefix = place.prefix;
    this.#partBytes = Math.max(MIN_PART_BYTES, Math.ceil(maxBytes / MAX_PARTS));
    this.#client = new S3Client({
      maxAttempts: MAX_ATTEMPTS,
      // Compatible services address buckets by path, and not all support the newer checksums.
      forcePathStyle: place.endpoint !== undefined,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...(place.endpoint === undefined ? {} : { endpoint: place.endpoint }),
      ...(place.region === undefined ? {} : { region: place.region }),
      ...(place.credentials === undefined ? {} : { credentials: place.credentials }),
    });
  }

  /**
   * Checks that the bucket exists and is accessible.
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
    const response = await this.#client
      .send(new GetObjectCommand({ ...this.#of(key), Range }))
      .catch(noSuchKey);
    return response?.Body as Readable | undefined;
  }

  async stat(key: string): Promise<StoredFile | undefined> {
    const response = await this.#client.send(new HeadObjectCommand(this.#of(key))).catch(noSuchKey);
    return (
      response && { key, bytes: response.ContentLength ?? 0, modified: response.LastModified ?? new Date() }
    );
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += MAX_KEYS_PER_DELETE) {
      const Objects = keys
        .slice(from, from + MAX_KEYS_PER_DELETE)
        .map((key) => ({ Key: this.#prefix + key }));
      const { Errors = [] } = await this.#client.send(
        new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } }),
      );
      const [first] = Errors;
      if (first !== undefined)
        throw new Error(`failed to delete ${Errors.length} files; ${first.Key}: ${first.Message}`);
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
