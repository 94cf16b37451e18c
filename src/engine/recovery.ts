import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Logger } from 'pino';
import { DEFAULT_RETRY, type RetryPolicy } from '../domain/retry.ts';
import { consequenceOf } from '../domain/run-outcome.ts';
import type { Database } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import { type LostRun, lockLostRuns } from '../store/tasks/lost-runs.ts';
import { setBackLeases } from '../store/tasks/set-back-leases.ts';
import { listWaiting, replaceJob } from '../store/tasks/waiting-tasks.ts';
import { inTransaction } from '../store/transaction.ts';
import { announceEnds, applyEnds, type EndToApply, endOf } from './apply-ends.ts';
import type { Definitions } from './definitions.ts';
import type { JobQueue } from './job-queue.ts';

const BATCH = 200;
const RECONCILE_MS = 60_000;
/** A task must have been due this long before its job is looked for. */
const OVERDUE_SECONDS = 60;

/**
 * Brings back what a fault has left behind: runs whose worker is lost, and due tasks whose job is missing.
 * Every process does it; rows are locked, so that each is brought back once.
 */
export class Recovery {
  readonly #database: Database;
  readonly #queue: JobQueue;
  readonly #definitions: Definitions;
  readonly #nodeId: string;
  readonly #intervalMs: number;
  readonly #log: Logger;
  readonly #holds: (run: LostRun) => boolean;
  #timers: NodeJS.Timeout[] = [];
  #working: Promise<void> = Promise.resolve();
  #reconciledTo = 0;

  /**
   * @param holds whether this process knows by its own clock that it holds a run; then it is not lost, whatever the
   *   database's clock says, which may have jumped
   */
  constructor(
    parts: { readonly database: Database; readonly queue: JobQueue; readonly definitions: Definitions },
    nodeId: string,
    leaseSeconds: number,
    log: Logger,
    holds: (run: LostRun) => boolean = () => false,
  ) {
    this.#database = parts.database;
    this.#queue = parts.queue;
    this.#definitions = parts.definitions;
    this.#nodeId = nodeId;
    this.#intervalMs = Math.max(500, (leaseSeconds * 1000) / 3);
    this.#log = log;
    this.#holds = holds;
  }

  /** Brings back what is lost now, then looks again and again. */
  async start(): Promise<void> {
    await this.bringBackLostRuns();
    this.#timers = [
      setInterval(() => this.#do(() => this.bringBackLostRuns()), this.#intervalMs),
      setInterval(() => this.#do(() => this.sendMissingJobs()), RECONCILE_MS),
    ];
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#working;
  }

  /** Hands back, or fails, the tasks of lost workers. Resolves to how many there were. */
  async bringBackLostRuns(): Promise<number> {
    await setBackLeases(this.#database.sql);
    const soleOwner = this.#database.exclusive ? this.#nodeId : undefined;
    for (let total = 0; ; ) {
      const { count, applied } = await inTransaction(this.#database.sql, async (trx) => {
        const lost = (await lockLostRuns(trx, soleOwner, BATCH)).filter((run) => !this.#holds(run));
        if (lost.length === 0) return { count: 0, applied: undefined };
        const policies = await this.#policies(trx, lost);
        const ends = lost.map((run) => this.#endOf(run, policies.get(run.name) ?? DEFAULT_RETRY));
        return { count: lost.length, applied: await applyEnds(trx, this.#queue, ends) };
      });
      total += count;
      if (applied !== undefined) announceEnds(this.#database.signals, this.#queue, applied);
      if (count > 0) this.#log.warn({ runs: count }, 'runs of lost workers were brought back');
      if (count < BATCH) return total;
    }
  }

  /** Sends again what has been due for a while and has no job. Resolves to how many there were. */
  async sendMissingJobs(overdueSeconds = OVERDUE_SECONDS): Promise<number> {
    const { sql } = this.#database;
    const waiting = await listWaiting(sql, overdueSeconds, this.#reconciledTo, BATCH);
    this.#reconciledTo = waiting.length < BATCH ? 0 : (waiting.at(-1)?.taskId ?? 0);
    const live = await this.#queue.live(
      sql,
      waiting.map((task) => task.jobId),
    );
    let sent = 0;
    for (const task of waiting) {
      if (live.has(task.jobId) || !this.#queue.has(task.name)) continue;
      const jobId = randomUUID();
      const again = await inTransaction(sql, async (trx) => {
        if (!(await replaceJob(trx, task, jobId))) return false;
        const { name, taskId, priority } = task;
        await this.#queue.send(trx, [{ name, jobId, taskId, priority, delaySeconds: 0 }]);
        return true;
      });
      if (again) sent += 1;
      this.#database.signals.publish({ kind: 'due', names: [task.name] });
    }
    if (sent > 0) this.#log.warn({ tasks: sent }, 'due tasks without a job were sent again');
    return sent;
  }

  #do(work: () => Promise<number>): void {
    this.#working = this.#working
      .then(work)
      .then(() => undefined)
      .catch((error: unknown) => this.#log.warn({ err: error }, 'the recovery failed; it tries again'));
  }

  /** How each definition of lost runs is tried again, by name. */
  async #policies(trx: Transaction<Schema>, lost: readonly LostRun[]): Promise<Map<string, RetryPolicy>> {
    const policies = new Map<string, RetryPolicy>();
    for (const name of new Set(lost.map((run) => run.name))) {
      const definition = await this.#definitions.find(name, trx);
      if (definition !== undefined) policies.set(name, definition.retry);
    }
    return policies;
  }

  #endOf(run: LostRun, policy: RetryPolicy): EndToApply {
    const outcome = { kind: 'lost', nodeId: run.leaseOwner } as const;
    return endOf({ ...run, nodeId: this.#nodeId }, consequenceOf(outcome, policy, run, Math.random()));
  }
}
