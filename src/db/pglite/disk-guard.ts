import type { PGlite } from '@electric-sql/pglite';
import type { DurableFileSystem } from './file-system.ts';
import { freeSpace } from './file-system.ts';

/** Two segments of PostgreSQL's log: where the next one can't be made, PostgreSQL panics and is gone. */
export const RESERVE_BYTES = 2 * 16 * 1024 * 1024;
/** While it is full, it is looked whether there is room again. */
const LOOK_AGAIN_MS = 500;

/**
 * Keeps an embedded database from filling its disk: with less than the reserve left, PostgreSQL refuses to write
 * (SQLSTATE 25006) and goes on reading; with room again it writes. The space is looked at with each commit.
 */
export class DiskGuard {
  readonly #pglite: PGlite;
  readonly #folder: string;
  #isFull = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(pglite: PGlite, folder: string, fs: DurableFileSystem) {
    this.#pglite = pglite;
    this.#folder = folder;
    fs.onSync = () => this.#look();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isFull = true; // nothing more is set
  }

  #look(): void {
    if (this.#isFull || freeSpace(this.#folder) >= RESERVE_BYTES) return;
    this.#isFull = true;
    this.#allowWrites(false);
    this.#lookAgain();
  }

  #lookAgain(): void {
    this.#timer = setTimeout(() => {
      if (freeSpace(this.#folder) < RESERVE_BYTES) {
        this.#lookAgain();
        return;
      }
      this.#isFull = false;
      this.#allowWrites(true);
    }, LOOK_AGAIN_MS);
  }

  /** From the next transaction on. It fails only where the database is closed or has given up: then nothing is written. */
  #allowWrites(are: boolean): void {
    this.#pglite.query(`set default_transaction_read_only = ${are ? 'off' : 'on'}`).catch(() => undefined);
  }
}
