import type { Transaction } from 'kysely';
import type { Logger } from 'pino';
import { WORKER_OWNER_PREFIX } from '../core/access.ts';
import { SERVER } from '../core/administration.ts';
import type { BackgroundJob } from '../core/background-job.ts';
import { message } from '../core/message.ts';
import { DEFAULT_RETRY, decideOutcome, type RetryPolicy } from '../core/run-outcome.ts';
import type { Database } from '../db/database.ts';
import { insertAdministrationAudit } from '../db/queries/administration-audit.ts';
import {
  countCrash,
  insertDefinitionAudit,
  listCrashedDefinitions,
  resetCrashes,
  setPaused,
} from '../db/queries/definition.ts';
import { isRescueDue, type LostRun, lockLostRuns, repairLeases } from '../db/queries/queue-claim.ts';
import type { Schema } from '../db/schema.ts';
import { afterCommit, inTransaction } from '../db/transaction.ts';
import { type CompletedRun, completeRuns, completionOf } from './completer.ts';
import type { Definitions } from './definitions.ts';
import { sharedJob } from './shared-job.ts';
import type { TaskQueue } from './task-queue.ts';

const BATCH = 200;

/** Rescues runs whose lease has expired. One process does it for all; rows are locked, so that each run is rescued once. */
export class Rescuer {
  readonly #database: Database;
  readonly #queue: TaskQueue;
  readonly #definitions: Definitions;
  readonly #nodeId: string;
  readonly #log: Logger;
  readonly #owns: (run: LostRun) => boolean;
  readonly #crashes: CrashWatch;
  readonly #job: BackgroundJob;

  /**
   * @param owns returns true if this process has the lease of a run by its own monotonic clock. Such a run is not lost
   *   even if the database, whose clock may have jumped, considers its lease expired
   */
  constructor(
    deps: { readonly database: Database; readonly queue: TaskQueue; readonly definitions: Definitions },
    nodeId: string,
    leaseSeconds: number,
    log: Logger,
    owns: (run: LostRun) => boolean = () => false,
  ) {
    this.#database = deps.database;
    this.#queue = deps.queue;
    this.#definitions = deps.definitions;
    this.#nodeId = nodeId;
    this.#log = log;
    this.#owns = owns;
    this.#crashes = new CrashWatch(deps.database, log);
    this.#job = sharedJob({
      name: 'rescuer',
      signals: deps.database.signals,
      intervalMs: Math.max(500, (leaseSeconds * 1000) / 3),
      log,
      run: () => this.rescueExpired(),
    });
  }

  /** Rescues expired runs immediately, then periodically. */
  async start(): Promise<void> {
    await this.#crashes.start();
    await this.rescueExpired();
    this.#job.start('later');
  }

  /** Stops the job. Resolves when no rescue is in progress. */
  stop(): Promise<void> {
    return this.#job.stop();
  }

  /** Resets the crash count of a definition: a run has ended without crashing this process. `undefined` if it is 0. */
  noteEnd(name: string): Promise<void> | undefined {
    return this.#crashes.noteEnd(name);
  }

  /** Requeues or fails tasks whose lease has expired. Returns their number. */
  async rescueExpired(): Promise<number> {
    const soleOwner = this.#database.exclusive ? this.#nodeId : undefined;
    if (!(await isRescueDue(this.#database.sql, soleOwner))) return 0;
    await repairLeases(this.#database.sql);
    for (let total = 0; ; ) {
      const count = await inTransaction(this.#database, async (trx) => {
        const lost = (await lockLostRuns(trx, soleOwner, BATCH)).filter((run) => !this.#owns(run));
        if (lost.length === 0) return 0;
        const policies = await this.#policies(trx, lost);
        const ends = lost.map((run) => this.#completionOf(run, policies.get(run.name) ?? DEFAULT_RETRY));
        await this.#crashes.note(trx, lost);
        await completeRuns(trx, this.#queue, ends);
        return lost.length;
      });
      total += count;
      if (count > 0)
        this.#log.warn({ event: 'recovery.runs_rescued', runs: count }, 'rescued runs with expired leases');
      if (count < BATCH) return total;
    }
  }

  /** Returns the retry policies of the definitions of lost runs, by name. */
  async #policies(trx: Transaction<Schema>, lost: readonly LostRun[]): Promise<Map<string, RetryPolicy>> {
    const policies = new Map<string, RetryPolicy>();
    for (const name of new Set(lost.map((run) => run.name))) {
      const definition = await this.#definitions.find(name, trx);
      if (definition !== undefined) policies.set(name, definition.retry);
    }
    return policies;
  }

  #completionOf(run: LostRun, policy: RetryPolicy): CompletedRun {
    const outcome = { kind: 'lost', nodeId: run.leaseOwner } as const;
    return completionOf({ ...run, nodeId: this.#nodeId }, decideOutcome(outcome, policy, run, Math.random()));
  }
}

/** Number of consecutive crashes after which a definition is paused. */
const MAX_CRASHES = 4;

/**
 * Pauses definitions that repeatedly crash their process. A crashed process leaves no trace of the cause, so a crash
 * counts only if all its runs were of one definition. A run that ends in any other way resets the count.
 */
export class CrashWatch {
  readonly #database: Database;
  readonly #log: Logger;
  /** Definitions with a count above 0, as far as this process knows. */
  readonly #crashed = new Set<string>();
  /** Processes whose crash has been counted: their runs may arrive in several batches. */
  readonly #counted = new Set<string>();

  constructor(database: Database, log: Logger) {
    this.#database = database;
    this.#log = log;
  }

  /** Loads the definitions with a crash count. */
  async start(): Promise<void> {
    for (const name of await listCrashedDefinitions(this.#database.sql)) this.#crashed.add(name);
  }

  /** Counts crashes that lost these runs, in the transaction that rescues them. */
  async note(trx: Transaction<Schema>, lost: readonly LostRun[]): Promise<void> {
    const inside = lost.filter((run) => !run.leaseOwner.startsWith(WORKER_OWNER_PREFIX));
    for (const [owner, runs] of Map.groupBy(inside, (run) => run.leaseOwner)) {
      const [name, ...others] = new Set(runs.map((run) => run.name));
      if (name === undefined || others.length > 0 || this.#counted.has(owner)) continue;
      afterCommit(trx).do(() => this.#counted.add(owner));
      this.#crashed.add(name);
      const crashes = await countCrash(trx, name);
      this.#log.warn(
        { event: 'definition.crashed', definition: name, crashes },
        'process crashed while running only this definition',
      );
      if (crashes >= MAX_CRASHES) await this.#pause(trx, name, crashes);
    }
  }

  /** Resets the count of a definition: a run has ended without crashing this process. `undefined` if it is 0. */
  noteEnd(name: string): Promise<void> | undefined {
    return this.#crashed.delete(name) ? resetCrashes(this.#database.sql, name) : undefined;
  }

  async #pause(trx: Transaction<Schema>, name: string, crashes: number): Promise<void> {
    const reason = message`It crashed its process ${crashes} times in a row.`;
    await resetCrashes(trx, name);
    this.#crashed.delete(name);
    if ((await setPaused(trx, name, 0, true, reason)) === undefined) return; // already paused
    await insertDefinitionAudit(trx, { name, actorId: 0, action: 'Pause', limits: null });
    const object = { kind: 'Definition', action: 'Pause', objectId: null, objectName: name } as const;
    await insertAdministrationAudit(trx, SERVER, { ...object, tenant: null, changes: [] });
    this.#log.error(
      { event: 'definition.paused', definition: name, crashes },
      'definition paused after repeated crashes',
    );
  }
}
