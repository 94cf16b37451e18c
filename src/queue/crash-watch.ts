import type { Transaction } from 'kysely';
import type { Logger } from 'pino';
import { WORKER_OWNER_PREFIX } from '../core/caller.ts';
import { message } from '../core/message.ts';
import type { Database } from '../db/database.ts';
import {
  countCrash,
  insertDefinitionAudit,
  listCrashedDefinitions,
  resetCrashes,
  setPaused,
} from '../db/queries/definition.ts';
import type { LostRun } from '../db/queries/queue-rescue.ts';
import type { Schema } from '../db/schema.ts';
import { afterCommit } from '../db/transaction.ts';

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

  /** Resets the count of a definition: a run has ended without crashing this process. */
  async noteEnd(name: string): Promise<void> {
    if (!this.#crashed.delete(name)) return;
    await resetCrashes(this.#database.sql, name);
  }

  async #pause(trx: Transaction<Schema>, name: string, crashes: number): Promise<void> {
    const reason = message`It crashed its process ${crashes} times in a row.`;
    await resetCrashes(trx, name);
    this.#crashed.delete(name);
    if ((await setPaused(trx, name, 0, true, reason)) === undefined) return; // already paused
    await insertDefinitionAudit(trx, { name, actorId: 0, action: 'Pause', limits: null });
    this.#log.error(
      { event: 'definition.paused', definition: name, crashes },
      'definition paused after repeated crashes',
    );
  }
}
