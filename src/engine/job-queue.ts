import { type Kysely, sql, type Transaction } from 'kysely';
import { type Db, fromKysely, PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import type { Database } from '../store/database.ts';
import { PREPARED_MARK } from '../store/prepared.ts';
import type { Schema } from '../store/schema.ts';
import type { DueJob } from '../store/tasks/make-ready.ts';
import { type EngineMeter, NO_METER } from './engine-meter.ts';
import { Gates } from './gates.ts';
import { JobTurns } from './job-turns.ts';

/** The engine's own tables. */
const ENGINE_SCHEMA = 'batchline_engine';

/**
 * pg-boss never forgets a job by itself: the row decides whether a task is due. A job stays active while its
 * task runs; past pg-boss's limit of a day it is delivered once more, which the row refuses.
 */
const QUEUE_OPTIONS = {
  retryLimit: 1_000_000,
  retryDelay: 1,
  expireInSeconds: 24 * 60 * 60,
  retentionSeconds: 10 * 365 * 24 * 60 * 60,
  deleteAfterSeconds: 60 * 60,
} as const;

/** A job that delivers a task. */
export interface Job {
  readonly name: string;
  readonly jobId: string;
}

/** A job to be sent. */
export interface JobToSend extends Job {
  readonly taskId: number;
  /** Seconds until it is due. */
  readonly delaySeconds: number;
  /** The instant when it is due, where the caller named one; it goes before `delaySeconds`. */
  readonly dueAt?: Date | undefined;
  /** Of the task; higher ones are taken first. */
  readonly priority: number;
}

/**
 * The queue engine, pg-boss, as far as we use it: one queue a definition; a job carries only the task's id.
 * Every call that sends, takes or settles runs in the caller's transaction, beside the row that decides.
 */
export class JobQueue {
  readonly #boss: PgBoss;
  readonly #names = new Set<string>();
  /** What this process knows of pauses and limits. */
  readonly gates = new Gates();
  readonly jobTurns = new JobTurns();
  /** Is told what becomes of tasks. */
  readonly meter: EngineMeter;

  private constructor(boss: PgBoss, meter: EngineMeter) {
    this.#boss = boss;
    this.meter = meter;
  }

  /** Starts the engine on the database and makes its tables where they are missing. */
  static async open(database: Database, log: Logger, meter = NO_METER): Promise<JobQueue> {
    const boss = new PgBoss({
      db: database.engine,
      backend: database.backend.name,
      schema: ENGINE_SCHEMA,
      schedule: false,
      registerInstance: false,
      openTelemetry: { enabled: false },
    });
    boss.on('error', (error) => log.error({ err: error }, 'the queue engine reports an error'));
    boss.on('warning', (warning) => log.warn({ warning }, 'the queue engine warns'));
    // Where several servers make the tables at once, all but one fail and find them at their next attempt.
    await boss.start({ attempts: 4 });
    return new JobQueue(boss, meter);
  }

  /** Makes the queues of these definitions where they are missing. */
  async ensure(names: readonly string[]): Promise<void> {
    const existing = new Set((await this.#boss.getQueues([...names])).map((queue) => queue.name));
    for (const name of names) {
      if (!existing.has(name)) await this.#boss.createQueue(name, QUEUE_OPTIONS);
      this.#names.add(name);
    }
  }

  /** Whether tasks of this definition can be delivered. */
  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Sends jobs, in the transaction that makes their tasks due. */
  async send(trx: Transaction<Schema>, jobs: readonly JobToSend[]): Promise<void> {
    for (const [name, ofName] of Map.groupBy(jobs, (job) => job.name)) {
      await this.#boss.insert(
        name,
        ofName.map((job) => ({
          id: job.jobId,
          data: { taskId: job.taskId },
          priority: job.priority,
          ...startAfter(job),
        })),
        { db: preparing(trx) },
      );
    }
  }

  /** Takes jobs that are due, at most `limit`, in the transaction that makes their tasks ready. */
  async take(trx: Transaction<Schema>, name: string, limit: number): Promise<DueJob[]> {
    const jobs = await this.#boss.fetch<{ taskId: number }>(name, { batchSize: limit, db: fromKysely(trx) });
    return jobs.map((job) => ({ taskId: job.data.taskId, jobId: job.id }));
  }

  /** Ends jobs, taken or waiting, in the transaction that ends the need for them. */
  async settle(trx: Transaction<Schema>, jobs: readonly Job[]): Promise<void> {
    for (const [name, ofName] of Map.groupBy(jobs, (job) => job.name)) {
      const ids = ofName.map((job) => job.jobId);
      await this.#boss.complete(name, ids, null, { db: fromKysely(trx), includeQueued: true });
    }
  }

  /** Which of these jobs still wait or are being delivered. */
  async live(db: Kysely<Schema>, jobIds: readonly string[]): Promise<Set<string>> {
    const { rows } = await sql<{ id: string }>`
      select id from ${sql.id(ENGINE_SCHEMA, 'job')}
      where id in (select value::uuid from json_array_elements_text(${JSON.stringify(jobIds)}::text::json))
        and state in ('created', 'retry', 'active')`.execute(db);
    return new Set(rows.map((row) => row.id));
  }

  /** Ends the engine's own maintenance. */
  async stop(): Promise<void> {
    await this.#boss.stop({ graceful: false, close: false });
  }
}

/** When the engine may deliver a job, as pg-boss wants it. */
function startAfter({ delaySeconds, dueAt }: JobToSend): { startAfter?: Date | string } {
  if (dueAt !== undefined) return { startAfter: dueAt };
  // As text: a number is read as whole seconds.
  return delaySeconds > 0 ? { startAfter: `${delaySeconds} seconds` } : {};
}

/** The transaction as pg-boss wants it, its statements prepared: for calls whose text is one for each queue. */
function preparing(trx: Transaction<Schema>): Db {
  const db = fromKysely(trx);
  return { executeSql: (text, values) => db.executeSql(`${text} ${PREPARED_MARK}`, values) };
}
