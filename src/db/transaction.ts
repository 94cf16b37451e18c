import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, Transaction } from 'kysely';
import { type RetryOptions, retry } from '../core/retry.ts';
import type { DueSignal, PubSub, Signal } from './pubsub.ts';
import type { Schema } from './schema.ts';

/** Returns true for a serialization failure or a deadlock, after which a retry may succeed. */
export function isRetryableTransactionError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === '40001' || code === '40P01';
}

/** Delays are fully random, so that conflicting transactions do not collide again. */
const TRANSACTION_RETRIES: RetryOptions = {
  firstMs: 4,
  maxMs: 250,
  jitter: 1,
  attempts: 30,
  isRetryable: isRetryableTransactionError,
};

/**
 * Retries a transaction, or a statement outside one, after serialization failures and deadlocks. Side effects of `work`
 * outside the database must be idempotent.
 *
 * @throws the last error, after thirty attempts
 */
export function retrying<T>(work: () => Promise<T>): Promise<T> {
  return retry(work, TRANSACTION_RETRIES);
}

/** The parts of a database that transactions need. */
export interface TransactionSource {
  readonly sql: Kysely<Schema>;
  readonly signals: Pick<PubSub, 'publish'>;
}

/** Collects side effects of a transaction, which take place only if it commits. */
export interface AfterCommit {
  /** Publishes a signal after the commit. Signals of one kind are merged. */
  publish(signal: Signal): void;
  /** Calls `work` after the commit, before the signals. It must not throw. */
  do(work: () => void): void;
}

/**
 * Runs `work` in a transaction and retries it after serialization failures and deadlocks. `work` must have no side
 * effects that a rollback does not undo; use `afterCommit` for those.
 *
 * To prevent deadlocks, every transaction acquires its locks in this order:
 *
 * 1. rows of `task`, by ascending id or with `skip locked`,
 * 2. rows of `task_family`, which count the children of a parent: parents before their children, else by ascending id.
 *
 * A limited claim locks the control row of its definition first, and the rescuer locks that row after the tasks. They
 * cannot deadlock, because claims lock tasks only with `skip locked`.
 *
 * @returns the result of `work`, after the commit and its side effects
 * @throws errors of `work`; the database's error if all retries fail
 */
export async function inTransaction<T>(
  { sql, signals }: TransactionSource,
  work: (trx: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  const { result, effects } = await retrying(async () => {
    const effects = new SideEffects();
    const result = await sql.transaction().execute(async (trx) => {
      open.set(trx, effects);
      try {
        return await work(trx);
      } finally {
        open.delete(trx);
      }
    });
    return { result, effects };
  });
  effects.apply(signals);
  return result;
}

/**
 * Runs `work` in a transaction as `inTransaction` does, without `afterCommit`: for reads, and for tools that have the
 * database to themselves.
 */
export function inQuietTransaction<T>(
  sql: Kysely<Schema>,
  work: (trx: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  return retrying(() => sql.transaction().execute(work));
}

/**
 * Runs `work` that is a single statement, which needs no explicit transaction.
 *
 * @returns the result of `work`, after its side effects
 */
export async function inStatement<T>(
  { sql, signals }: TransactionSource,
  work: (db: Kysely<Schema>, after: AfterCommit) => Promise<T>,
): Promise<T> {
  const effects = new SideEffects();
  const result = await work(sql, effects);
  effects.apply(signals);
  return result;
}

/**
 * Returns the collector for side effects of this transaction.
 *
 * @throws Error if the transaction was not started by `inTransaction`, or its `work` has returned
 */
export function afterCommit(trx: Transaction<Schema>): AfterCommit {
  const effects = open.get(trx);
  if (effects === undefined) throw new Error('This transaction publishes nothing; use inTransaction.');
  return effects;
}

const open = new WeakMap<Transaction<Schema>, SideEffects>();

/** Runs listeners outside the async context of the run or request whose transaction has committed. */
const outsideCallers = AsyncLocalStorage.snapshot();

class SideEffects implements AfterCommit {
  readonly #work: (() => void)[] = [];
  readonly #stops = new Set<number>();
  /** A name for each due task. */
  readonly #due: string[] = [];
  readonly #dueForEveryone = new Set<string>();
  readonly #parentIds = new Set<number>();
  readonly #progressed = new Set<number>();
  readonly #others = new Map<string, Signal>();

  publish(signal: Signal): void {
    if (signal.kind === 'stop') this.#stops.add(signal.taskId);
    else if (signal.kind === 'due') this.#publishDue(signal);
    else if (signal.kind === 'children') for (const id of signal.parentIds) this.#parentIds.add(id);
    else if (signal.kind === 'progress') for (const id of signal.taskIds) this.#progressed.add(id);
    else this.#others.set(JSON.stringify(signal), signal);
  }

  #publishDue({ names, everyone }: DueSignal): void {
    for (const name of names)
      if (everyone === true) this.#dueForEveryone.add(name);
      else this.#due.push(name);
  }

  do(work: () => void): void {
    this.#work.push(work);
  }

  apply(signals: Pick<PubSub, 'publish'>): void {
    outsideCallers(() => {
      for (const work of this.#work) work();
      for (const signal of this.#signals()) signals.publish(signal);
    });
  }

  *#signals(): Generator<Signal> {
    yield* this.#others.values();
    for (const taskId of this.#stops) yield { kind: 'stop', taskId };
    if (this.#due.length > 0) yield { kind: 'due', names: this.#due };
    if (this.#dueForEveryone.size > 0)
      yield { kind: 'due', names: [...this.#dueForEveryone], everyone: true };
    if (this.#parentIds.size > 0) yield { kind: 'children', parentIds: [...this.#parentIds] };
    if (this.#progressed.size > 0) yield { kind: 'progress', taskIds: [...this.#progressed] };
  }
}
