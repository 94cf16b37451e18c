import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isDataException } from '../store/data-exception.ts';
import type { Database } from '../store/database.ts';
import { announceEnds, applyEndsAtOnce, type EndToApply } from './apply-ends.ts';
import { Batcher } from './batcher.ts';
import type { JobQueue } from './job-queue.ts';

const MOST_AT_ONCE = 500;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;

/**
 * Writes the ends of this process's runs, many at once. While the database can't be reached it
 * tries again, so that a run's end is not lost to a short outage.
 */
export class EndWriter {
  readonly #database: Database;
  readonly #queue: JobQueue;
  readonly #log: Logger;
  readonly #batcher = new Batcher<EndToApply>(
    async (ends) => {
      await this.#write(ends);
      return [];
    },
    { most: MOST_AT_ONCE },
  );
  readonly #givingUp = new AbortController();

  constructor(database: Database, queue: JobQueue, log: Logger) {
    this.#database = database;
    this.#queue = queue;
    this.#log = log;
  }

  /** Resolves when the end is durable. Rejects where its data can't be written, or on `close` during an outage. */
  async write(end: EndToApply): Promise<void> {
    try {
      await this.#batcher.add(end);
    } catch (error) {
      if (!isDataException(error)) throw error;
      await this.#write([end]); // alone, so that one that can't be written holds back no other
    }
  }

  /** Writes what is waiting, without trying again, and ends. */
  async close(): Promise<void> {
    this.#givingUp.abort();
    await this.#batcher.idle();
  }

  async #write(ends: readonly EndToApply[]): Promise<void> {
    for (let pause = FIRST_RETRY_MS; ; pause = Math.min(pause * 2, LONGEST_RETRY_MS)) {
      try {
        const applied = await applyEndsAtOnce(this.#database.sql, this.#queue, ends);
        announceEnds(this.#database.signals, this.#queue, applied);
        return;
      } catch (error) {
        if (isDataException(error) || this.#givingUp.signal.aborted) throw error;
        this.#log.warn(
          { err: error, runs: ends.length },
          'the ends of runs could not be written; trying again',
        );
        await delay(pause, undefined, { signal: this.#givingUp.signal }).catch(() => undefined);
      }
    }
  }
}
