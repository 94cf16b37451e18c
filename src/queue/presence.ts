import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { BackgroundJob } from '../core/background-job.ts';
import type { WorkerAnnouncement, WorkerStatus } from '../core/workers.ts';
import { recordWorker } from '../db/queries/worker.ts';
import type { Schema } from '../db/schema.ts';

/** Interval between the heartbeats of a process, by which people and tasks know that it runs. */
export const PRESENCE_SECONDS = 20;

/** Records that this process runs, and its status, until it stops. */
export class Presence {
  readonly #db: Kysely<Schema>;
  readonly #log: Logger;
  readonly #worker: Omit<WorkerAnnouncement, 'status'>;
  readonly #job: BackgroundJob;
  #status: WorkerStatus = 'Running';

  constructor(db: Kysely<Schema>, worker: Omit<WorkerAnnouncement, 'status'>, log: Logger) {
    this.#db = db;
    this.#worker = worker;
    this.#log = log;
    this.#job = new BackgroundJob({
      name: 'worker.presence',
      intervalMs: PRESENCE_SECONDS * 1000,
      log,
      run: () => this.#record(),
    });
  }

  /** Records the process, and from then on its heartbeats. */
  async start(): Promise<void> {
    await this.#record();
    this.#job.start('later');
  }

  /** Records that the process claims no more tasks. */
  drain(): Promise<void> {
    return this.#change('Draining');
  }

  /** Ends the heartbeats, and records that the process has stopped. */
  async stop(): Promise<void> {
    await this.#job.stop();
    await this.#change('Stopped');
  }

  /** Never throws: a process must stop without its database too, and counts as gone a minute later. */
  async #change(status: WorkerStatus): Promise<void> {
    this.#status = status;
    await this.#record().catch((error: unknown) =>
      this.#log.debug(
        { event: 'worker.presence_failed', err: error },
        'failed to record the status of this process',
      ),
    );
  }

  #record(): Promise<void> {
    return recordWorker(this.#db, { ...this.#worker, status: this.#status });
  }
}
