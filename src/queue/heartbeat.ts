import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';
import { renewLeases, type StillHeld } from '../db/queries/queue.ts';
import { inStatement } from '../db/transaction.ts';
import type { Run } from './run.ts';

const TICK_MS = 250;
/** Minimum interval between two writes of a task's progress. */
const PROGRESS_MS = 300;
/** Number of renewals per lease duration. */
const RENEWALS_PER_LEASE = 3;

/**
 * Heartbeat of the runs of this process: renews leases, writes progress, and detects runs that must stop or have lost
 * their lease. Each tick sends one statement for all runs that are due, and none if no run is.
 */
export class Heartbeat {
  readonly #database: Database;
  readonly #log: Logger;
  /** A set, because a task that was taken from its run can have a second run here before the first has ended. */
  readonly #runs = new Set<Run>();
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;

  constructor(database: Database, log: Logger) {
    this.#database = database;
    this.#log = log;
  }

  /** The runs of this process. */
  get runs(): readonly Run[] {
    return [...this.#runs];
  }

  /** Returns true if this process runs the attempt and its lease, by the monotonic clock, has not expired. */
  owns(taskId: number, attempt: number): boolean {
    return this.runs.some(
      (run) =>
        run.task.id === taskId &&
        run.task.attempt === attempt &&
        performance.now() - run.lastRenewed <= run.definition.leaseSeconds * 1000,
    );
  }

  /** Starts the timer. */
  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Stops the timer. Resolves when no renewal is in progress. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
  }

  /** Adds a run that has started. */
  add(run: Run): void {
    this.#runs.add(run);
  }

  /** Removes a run that has ended. */
  remove(run: Run): void {
    this.#runs.delete(run);
  }

  /** Checks immediately whether a run of this task must stop or has lost its lease. */
  async check(taskId: number): Promise<void> {
    const runs = this.runs.filter((run) => run.task.id === taskId);
    if (runs.length === 0) return;
    await this.#renewing;
    await this.#renew(runs);
  }

  #tick(): void {
    if (this.#renewing !== undefined) return;
    const now = performance.now();
    const needing: Run[] = [];
    for (const run of this.#runs) {
      const leaseMs = run.definition.leaseSeconds * 1000;
      if (now - run.lastRenewed > leaseMs) run.cancel('lost');
      const renewal = now - run.lastRenewed > leaseMs / RENEWALS_PER_LEASE;
      if (renewal || (run.hasProgress && now - run.lastProgress > PROGRESS_MS)) needing.push(run);
    }
    if (needing.length === 0) return;
    this.#renewing = this.#renew(needing).finally(() => {
      this.#renewing = undefined;
    });
  }

  async #renew(runs: readonly Run[]): Promise<void> {
    const started = performance.now();
    const renewals = runs.map((run) => {
      const progress = run.hasProgress ? run.takeProgress() : { percent: null, text: null };
      return {
        taskId: run.task.id,
        attempt: run.task.attempt,
        leaseSeconds: run.definition.leaseSeconds,
        progressPercent: progress.percent,
        progressDescription: progress.text,
      };
    });
    let renewedRuns: Map<number, StillHeld>;
    try {
      renewedRuns = await inStatement(this.#database, async (db, after) => {
        const renewed = await renewLeases(db, renewals);
        const progressed = renewals.flatMap((renewal) =>
          renewal.progressPercent === null ? [] : renewal.taskId,
        );
        const parentIds = runs.flatMap((run, index) =>
          renewals[index]?.progressPercent == null ? [] : (run.task.parentId ?? []),
        );
        after.publish({ kind: 'progress', taskIds: progressed });
        after.publish({ kind: 'children', parentIds });
        return new Map(renewed.map((one) => [one.taskId, one]));
      });
    } catch (error) {
      // Progress is written with the next value or the end of the run. The lease is renewed again before it expires.
      this.#log.warn(
        { event: 'lease.renew_failed', err: error, runs: runs.length },
        'failed to renew leases',
      );
      return;
    }
    for (const run of runs) {
      if (!this.#runs.has(run)) continue; // ended in the meantime
      const still = renewedRuns.get(run.task.id);
      if (still?.attempt !== run.task.attempt) run.cancel('lost');
      else {
        run.lastRenewed = started;
        run.lastProgress = started;
        if (still.stopNote !== null) run.cancel('stopped');
      }
    }
  }
}
