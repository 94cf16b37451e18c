import type { Readable } from 'node:stream';

/** Bytes from `start` to `end`, both included; 0 is the first. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What a store says of a kept file. */
export interface StoredFile {
  readonly key: string;
  readonly bytes: number;
  /** When it was written, by the store's own clock. */
  readonly modified: Date;
}

/**
 * Where kept files are, by keys such as `uploads/<uuid>`. A file is there as a whole or not at all, and never
 * changes: another content gets another key. Every method throws the error of the file system or service.
 */
export interface FileStore {
  /** Absolute path of the folder for files that are not kept yet, or fetched to be read. */
  readonly scratchFolder: string;
  /** Whether every process that uses the store has the same scratch folder. */
  readonly sharesScratch: boolean;

  /** Keeps a stream of any length. It is durable when this resolves; a broken one leaves nothing. */
  put(key: string, content: Readable): Promise<void>;
  /**
   * Keeps a file of the scratch folder, where it stays. It is durable when this resolves.
   *
   * @param settled whether nobody writes into the file any more, so that its content may be shared
   */
  putFile(key: string, path: string, settled: boolean): Promise<void>;
  /** The content, or a part of it that is within its length; `undefined` where there is no such file. */
  open(key: string, range?: ByteRange): Promise<Readable | undefined>;
  stat(key: string): Promise<StoredFile | undefined>;
  /** Removes files; one that is not there is none too many. */
  delete(keys: readonly string[]): Promise<void>;
  /** Every file whose key begins so, in no order, with what broken writes have left behind. */
  list(prefix: string): AsyncIterable<StoredFile>;
  /** Bytes that are free where the files are; `undefined` if the store has no disk that can fill up. */
  freeBytes(): Promise<number | undefined>;
  /** The path of a kept file, to be read only; `undefined` where it has to be fetched. */
  localPath(key: string): string | undefined;
  close(): Promise<void>;
}

/** A folder of this machine, or one that several share. */
interface FolderPlace {
  readonly kind: 'folder';
  /** Its absolute path. */
  readonly folder: string;
}

/** A bucket of S3, or of a service that speaks its protocol. */
export interface S3Place {
  readonly kind: 's3';
  readonly bucket: string;
  /** What every key begins with: empty, or with a slash at its end. */
  readonly prefix: string;
  /** The service's address; `undefined` is Amazon's. */
  readonly endpoint: string | undefined;
  /** `undefined` leaves it to the AWS settings of the environment. */
  readonly region: string | undefined;
  /** `undefined` leaves them to the AWS settings of the environment, or the role of the machine. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

/** Where files are kept. */
export type FilesPlace = FolderPlace | S3Place;
