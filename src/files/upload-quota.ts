import type { Kysely } from 'kysely';
import { oversized, type RequestError, unavailable } from '../core/errors.ts';
import { message } from '../core/message.ts';
import { sumUploads } from '../db/queries/file.ts';
import type { Schema } from '../db/schema.ts';
import type { FileStore } from './blob-store.ts';

/** Retry-After if the disk is full: people free space, which takes a while. */
const RETRY_SECONDS = 60;

/** Limits of the space for uploads. */
export interface UploadQuotaOptions {
  /** Maximum total bytes of the uploads of a tenant. */
  readonly uploadQuota: number;
  /** Bytes of the disk that uploads must leave free. */
  readonly diskReserve: number;
}

/**
 * Checks the space for an upload: the quota of its tenant, and the free disk space above a reserve. With the reserve,
 * sign-ins, deletions and runs still work when uploads have filled the disk.
 */
export class UploadQuota {
  readonly #options: UploadQuotaOptions;
  readonly #db: Kysely<Schema>;
  readonly #store: FileStore;

  constructor(options: UploadQuotaOptions, db: Kysely<Schema>, store: FileStore) {
    this.#options = options;
    this.#db = db;
    this.#store = store;
  }

  /**
   * Checks that a tenant may store this many further bytes.
   *
   * @param isStored whether they are already on the disk
   * @throws RequestError (oversized) if the quota is used up, (unavailable) if the disk is
   */
  async check(tenant: string, bytes: number, isStored = false): Promise<void> {
    const { uploadQuota, diskReserve } = this.#options;
    const used = await sumUploads(this.#db, tenant);
    if (used + bytes > uploadQuota) throw overQuota(used, uploadQuota);
    const free = await this.#store.freeBytes();
    if (free !== undefined && free - (isStored ? 0 : bytes) < diskReserve)
      throw unavailable(
        message`The server has too little disk space for uploads; delete some that are no longer needed.`,
        RETRY_SECONDS,
      );
  }
}

function overQuota(used: number, quota: number): RequestError {
  return oversized`The uploads of this tenant take ${used} bytes; at most ${quota} are accepted (BATCHLINE_UPLOAD_QUOTA_BYTES). Delete some that are no longer needed.`;
}
