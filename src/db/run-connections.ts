import type { CompiledQuery, DatabaseConnection, Driver, QueryResult, TransactionSettings } from 'kysely';
import { changeScope, currentScope, type RunUse } from '../core/run-scope.ts';

/** Default time limit of a run for holding a connection, in seconds. */
export const DEFAULT_RUN_SECONDS = 20;

/** A run was refused a connection, or its connection expired. */
class RunConnectionError extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'RunConnectionError';
  }
}

/** The number of connections, and how many of them runs may use. */
export interface ConnectionShares {
  /** Maximum number of connections in use; `Infinity` if the driver limits them. */
  readonly total: number;
  /** Maximum number in use by runs; the rest is reserved for the API and the task runner. */
  readonly forRuns: number;
  /** Maximum number of seconds that a run may hold a connection. */
  readonly runSeconds: number;
}

/** Executes code of a run. Connections that it acquires, now or later, are attributed to the run. */
export function asRun<T>(run: RunUse, work: () => T): T {
  return changeScope({ use: run }, work);
}

/** Returns the run whose code is executing; `undefined` for code of the server. */
export function currentUse(): RunUse | undefined {
  return currentScope().use;
}

/** Executes code of the server that a run triggers but that is not part of the run, such as a timer. */
function asServer<T>(work: () => T): T {
  return changeScope({ use: undefined }, work);
}

/** @throws RunConnectionError if the code that executes is inside a transaction of its run */
export function checkNoTransaction(): void {
  const run = currentUse();
  if (run?.transaction?.isOpen !== true) return;
  throw new RunConnectionError(
    `A transaction of "${run.definition}" is open; inside ctx.services.transaction its own sql and checkpoint and ctx.checkpoint are accepted.`,
  );
}

/** Returns how many connections of a pool runs may use: two, or two fifths of a larger pool, are reserved. */
export function connectionsForRuns(pool: number): number {
  return Math.max(1, pool - Math.max(2, Math.ceil(pool * 0.4)));
}

/**
 * Prevents runs from starving the API and the task runner of connections. Runs may use only some of the connections,
 * each for a limited time; then the transaction is rolled back and further statements are refused. Inside
 * `ctx.services.transaction` a second connection is refused, because the embedded database has only one.
 */
export class SharingDriver implements Driver {
  readonly #driver: Driver;
  readonly #total: Semaphore;
  readonly #forRuns: Semaphore;
  readonly #runSeconds: number;

  constructor(driver: Driver, shares: ConnectionShares) {
    this.#driver = driver;
    this.#total = new Semaphore(shares.total);
    this.#forRuns = new Semaphore(shares.forRuns);
    this.#runSeconds = shares.runSeconds;
  }

  init(...args: Parameters<Driver['init']>): Promise<void> {
    return this.#driver.init(...args);
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    checkNoTransaction();
    const run = currentUse();
    if (run !== undefined) await this.#forRuns.acquire();
    try {
      await this.#total.acquire();
      try {
        const connection = await this.#driver.acquireConnection();
        return new SharedConnection(connection, run, this.#runSeconds, (one) => this.#release(one, run));
      } catch (error) {
        this.#total.release();
        throw error;
      }
    } catch (error) {
      if (run !== undefined) this.#forRuns.release();
      throw error;
    }
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const shared = connection as SharedConnection;
    await this.#driver.beginTransaction(shared.connection, settings);
    shared.rollback = () => this.#driver.rollbackTransaction(shared.connection);
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const shared = connection as SharedConnection;
    shared.check();
    await this.#driver.commitTransaction(shared.connection);
    shared.rollback = undefined;
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const shared = connection as SharedConnection;
    if (shared.isExpired) return; // already rolled back
    shared.rollback = undefined;
    await this.#driver.rollbackTransaction(shared.connection);
  }

  async savepoint(...[connection, ...rest]: SavepointArgs): Promise<void> {
    await this.#driver.savepoint?.((connection as SharedConnection).checked(), ...rest);
  }

  async rollbackToSavepoint(...[connection, ...rest]: SavepointArgs): Promise<void> {
    await this.#driver.rollbackToSavepoint?.((connection as SharedConnection).checked(), ...rest);
  }

  async releaseSavepoint(...[connection, ...rest]: SavepointArgs): Promise<void> {
    await this.#driver.releaseSavepoint?.((connection as SharedConnection).checked(), ...rest);
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    await (connection as SharedConnection).release();
  }

  destroy(...args: Parameters<Driver['destroy']>): Promise<void> {
    return this.#driver.destroy(...args);
  }

  async #release(connection: DatabaseConnection, run: RunUse | undefined): Promise<void> {
    try {
      await this.#driver.releaseConnection(connection);
    } finally {
      this.#total.release();
      if (run !== undefined) this.#forRuns.release();
    }
  }
}

type SavepointArgs = Parameters<NonNullable<Driver['savepoint']>>;

/** A connection in use. A connection of a run expires. */
class SharedConnection implements DatabaseConnection {
  readonly connection: DatabaseConnection;
  /** Rolls back the open transaction, if there is one. */
  rollback: (() => Promise<void>) | undefined;
  readonly #release: (connection: DatabaseConnection) => Promise<void>;
  readonly #timer: NodeJS.Timeout | undefined;
  #executing: Promise<unknown> = Promise.resolve();
  #expired: RunConnectionError | undefined;

  constructor(
    connection: DatabaseConnection,
    run: RunUse | undefined,
    runSeconds: number,
    release: (connection: DatabaseConnection) => Promise<void>,
  ) {
    this.connection = connection;
    this.#release = release;
    if (run === undefined) return;
    this.#timer = asServer(() => setTimeout(() => void this.#expire(run, runSeconds), runSeconds * 1000));
  }

  get isExpired(): boolean {
    return this.#expired !== undefined;
  }

  /** @throws RunConnectionError if it has expired */
  check(): void {
    if (this.#expired !== undefined) throw this.#expired;
  }

  checked(): DatabaseConnection {
    this.check();
    return this.connection;
  }

  async executeQuery<R>(query: CompiledQuery, ...rest: unknown[]): Promise<QueryResult<R>> {
    this.check();
    const executing = this.connection.executeQuery<R>(query, ...(rest as []));
    this.#executing = executing;
    return executing;
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    this.check();
    return this.connection.streamQuery<R>(query, chunkSize);
  }

  async release(): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.isExpired) await this.#release(this.connection);
  }

  /** Rolls back and releases the connection after the current statement. */
  async #expire(run: RunUse, seconds: number): Promise<void> {
    const error = new RunConnectionError(
      `"${run.definition}" has held a database connection for ${seconds} s (BATCHLINE_RUN_TRANSACTION_SECONDS); its transaction is rolled back.`,
    );
    this.#expired = error;
    run.transaction?.onExpired(error);
    await this.#executing.catch(() => undefined); // the caller of the statement gets the error
    try {
      await this.rollback?.();
    } catch {
      // The connection is broken; the driver drops it when it is released.
    } finally {
      await this.#release(this.connection);
    }
  }
}

/** A semaphore that grants permits in order of arrival. */
class Semaphore {
  #permits: number;
  readonly #waiting: (() => void)[] = [];

  constructor(permits: number) {
    this.#permits = permits;
  }

  async acquire(): Promise<void> {
    if (this.#permits > 0) {
      this.#permits -= 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#permits += 1;
    else next();
  }
}
