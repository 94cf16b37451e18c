import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, Transaction } from 'kysely';
import { type RetryOptions, retry } from '../core/retry.ts';
import type { PubSub, Signal } from './pubsub.ts';
import type { Schema } from './schema.ts';

/** True if the database undid a transaction because of others, so a retry may succeed: serialization failure, deadlock. */
export function isRetryableTransactionError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === '40001' || code === '40P01';
}

/** Delays are entirely random, so that transactions that have blocked each other do not meet again. */
const TRANSACTION_RETRIES: RetryOptions = {
  firstMs: 4,
  maxMs: 250,
  jitter: 1,
  attempts: 30,
  isRetryable: isRetryableTransactionError,
};

/**
 * Repeats a whole transaction, or a statement that is one, while the database asks for it.
 * Everything that it does outside the database must be idempotent.
 *
 * @throws the last error, after thirty attempts
 */
export function retrying<T>(work: () => Promise<T>): Promise<T> {
  return retry(work, TRANSACTION_RETRIES);
}

/** A database, as far as transactions need it. */
export interface TransactionSource {
  readonly sql: Kysely<Schema>;
  readonly signals: Pick<PubSub, 'publish'>;
}

/** Collects what follows from a transaction. Nothing of it happens unless the transaction commits. */
export interface AfterCommit {
  /** Publishes a signal after the commit. PubSub of one kind are merged, so that a batch is one signal. */
  publish(signal: Signal): void;
  /** Calls `work` after the commit, before the signals. It must not throw. */
  do(work: () => void): void;
}

/**
 * Executes work in one transaction. If the database aborts it because of a concurrent one (serialization failure,
 * deadlock), all of `work` runs again, so it must do nothing that a rollback doesn't undo. For everything else there is
 * `afterCommit`.
 *
 * Every transaction takes its locks in this order, so that none deadlocks with another:
 *
 * 1. rows of `task`, by ascending id or with `skip locked`,
 * 2. rows of `task_family`, from the root down: that of a parent before those of its children, else by ascending id.
 *
 * A limited claim locks the row of its definition's control first, and the rescuer locks it after the tasks. That is no
 * deadlock, because claims lock tasks only with `skip locked`.
 *
 * @returns what `work` returns, when it is durable and what follows from it is published
 * @throws what `work` throws; the database's error if the transaction was aborted too often
 */
export async function inTransaction<T>(
  { sql, signals }: TransactionSource,
  work: (trx: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  const { result, followUps } = await retrying(async () => {
    const followUps = new FollowUps();
    const result = await sql.transaction().execute(async (trx) => {
      open.set(trx, followUps);
      try {
        return await work(trx);
      } finally {
        open.delete(trx);
      }
    });
    return { result, followUps };
  });
  followUps.happen(signals);
  return result;
}

/**
 * Executes work in one transaction as `inTransaction` does, from which nothing follows for other parts of the server:
 * reads, and tools that have the database to themselves.
 */
export function inQuietTransaction<T>(
  sql: Kysely<Schema>,
  work: (trx: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  return retrying(() => sql.transaction().execute(work));
}

/**
 * Executes work that is a single statement, which needs no transaction around it.
 *
 * @returns what `work` returns, when what follows from the statement is published
 */
export async function inStatement<T>(
  { sql, signals }: TransactionSource,
  work: (db: Kysely<Schema>, after: AfterCommit) => Promise<T>,
): Promise<T> {
  const followUps = new FollowUps();
  const result = await work(sql, followUps);
  followUps.happen(signals);
  return result;
}

/**
 * Returns the collector of what follows from this transaction.
 *
 * @throws Error if the transaction is not one of `inTransaction`, or its work has ended
 */
export function afterCommit(trx: Transaction<Schema>): AfterCommit {
  const followUps = open.get(trx);
  if (followUps === undefined) throw new Error('This transaction publishes nothing; use inTransaction.');
  return followUps;
}

const open = new WeakMap<Transaction<Schema>, FollowUps>();

/** What listeners do is not part of the run or request whose transaction has committed. */
const outsideCallers = AsyncLocalStorage.snapshot();

class FollowUps implements AfterCommit {
  readonly #work: (() => void)[] = [];
  readonly #stops = new Set<number>();
  readonly #due = new Set<string>();
  readonly #parentIds = new Set<number>();
  readonly #progressed = new Set<number>();
  readonly #others = new Map<string, Signal>();

  publish(signal: Signal): void {
    if (signal.kind === 'stop') this.#stops.add(signal.taskId);
    else if (signal.kind === 'due') for (const name of signal.names) this.#due.add(name);
    else if (signal.kind === 'children') for (const id of signal.parentIds) this.#parentIds.add(id);
    else if (signal.kind === 'progress') for (const id of signal.taskIds) this.#progressed.add(id);
    else this.#others.set(JSON.stringify(signal), signal);
  }

  do(work: () => void): void {
    this.#work.push(work);
  }

  happen(signals: Pick<PubSub, 'publish'>): void {
    outsideCallers(() => {
      for (const work of this.#work) work();
      for (const signal of this.#signals()) signals.publish(signal);
    });
  }

  *#signals(): Generator<Signal> {
    yield* this.#others.values();
    for (const taskId of this.#stops) yield { kind: 'stop', taskId };
    if (this.#due.size > 0) yield { kind: 'due', names: [...this.#due] };
    if (this.#parentIds.size > 0) yield { kind: 'children', parentIds: [...this.#parentIds] };
    if (this.#progressed.size > 0) yield { kind: 'progress', taskIds: [...this.#progressed] };
  }
}
