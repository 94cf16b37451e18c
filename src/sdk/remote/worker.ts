import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import pino, { type Logger } from 'pino';
import type { RetryOptions, TaskDefinition } from '../define-task.ts';
import { catchRunFaults } from '../run-faults.ts';
import { type AcquiredTask, CallRefused, WorkerClient } from './client.ts';
import { RemoteRun } from './run.ts';

/** Options of `createWorker`. */
export interface WorkerOptions {
  /** The server's base URL without `/api/v1`: `https://batch.example.com`. */
  readonly url: string;
  /** A token with the scope `worker` for the definitions. */
  readonly token: string;
  /** Definitions made by `defineTask`. */
  // biome-ignore lint/suspicious/noExplicitAny: definitions of any parameters
  readonly tasks: readonly TaskDefinition<any>[];
  /** A display name of the worker; the host name and the process id by default. */
  readonly name?: string;
  /** Maximum number of concurrent tasks; 5 by default. */
  readonly concurrency?: number;
  /** Grace period in seconds before a canceled run is abandoned; 10 by default. */
  readonly graceSeconds?: number;
  /** Length in seconds of a long poll for tasks; 30 by default, which is the maximum. */
  readonly waitSeconds?: number;
  /** The version of the worker, which the server lists. */
  readonly version?: string;
  /** A pino logger; writes to standard error by default. */
  readonly log?: Logger;
}

/** An external worker: a process that runs tasks outside the server. */
export interface Worker {
  /**
   * Registers the definitions and starts to run tasks.
   *
   * @throws CallRefused if the server rejects a definition or the token
   */
  start(): Promise<void>;
  /**
   * Stops gracefully: claims no more tasks, cancels the runs, and returns the tasks of runs that don't end within the grace
   * period to the queue.
   */
  stop(): Promise<void>;
  /** Resolves when the worker has stopped; rejects with CallRefused if the server rejects the worker. */
  readonly ended: Promise<void>;
}

/** Acquire rejects unknown definitions with this status. The worker registers them again and continues. */
const UNKNOWN_DEFINITION = 400;
const PAUSE_MS = 1000;

/**
 * Creates an external worker, which runs tasks over the worker protocol. Definitions work as they do inside the server,
 * except that `isolate: 'thread'` and `ctx.services` are not available.
 *
 * @example
 * ```ts
 * const worker = createWorker({ url: 'http://127.0.0.1:7243', token, tasks: [hello] });
 * await worker.start();
 * process.once('SIGTERM', () => worker.stop());
 * await worker.ended;
 * ```
 * @throws Error if an option or a definition is invalid
 */
export function createWorker(options: WorkerOptions): Worker {
  return new RemoteWorker(options);
}

class RemoteWorker implements Worker {
  readonly ended: Promise<void>;
  readonly #options: Required<Omit<WorkerOptions, 'tasks' | 'version'>> & Pick<WorkerOptions, 'version'>;
  readonly #tasks = new Map<string, TaskDefinition>();
  readonly #client: WorkerClient;
  readonly #runs = new Map<RemoteRun, Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #end = Promise.withResolvers<void>();
  #working: Promise<void> = Promise.resolve();
  #slotFreed = Promise.withResolvers<void>();
  #stopCatchingFaults: () => void = () => undefined;

  constructor(options: WorkerOptions) {
    this.#options = {
      name: `${hostname()} ${process.pid}`.slice(0, 100),
      concurrency: 5,
      graceSeconds: 10,
      waitSeconds: 30,
      log: pino(pino.destination(2)),
      ...options,
    };
    const { concurrency } = this.#options;
    if (!Number.isInteger(concurrency) || concurrency < 1)
      throw new Error(`concurrency is ${concurrency}; a positive integer is required.`);
    if (options.tasks.length === 0) throw new Error('tasks is empty; at least one definition is required.');
    for (const task of options.tasks) this.#add(task);
    this.#client = new WorkerClient(options.url, options.token, this.#options.log);
    this.ended = this.#end.promise;
    this.ended.catch(() => undefined); // no unhandled rejection if the caller doesn't use `ended`
  }

  async start(): Promise<void> {
    await this.#declare();
    this.#stopCatchingFaults = catchRunFaults();
    this.#working = this.#work().then(
      () => this.#finish(undefined),
      (error: unknown) => this.#finish(this.#stopping.signal.aborted ? undefined : error),
    );
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#slotFreed.resolve();
    for (const run of this.#runs.keys()) run.cancel('shutdown');
    await this.#working;
  }

  #add(task: TaskDefinition): void {
    const key = task.name.toLowerCase();
    if (this.#tasks.has(key)) throw new Error(`There are two definitions called "${task.name}".`);
    if (task.isolate === 'thread') {
      throw new Error(
        `The definition "${task.name}" has isolate: thread, which only works inside the server; use isolate: inline.`,
      );
    }
    this.#tasks.set(key, task);
  }

  async #declare(): Promise<void> {
    await this.#client.declare([...this.#tasks.values()].map(declarationOf), this.#stopping.signal);
  }

  /** Claims tasks while slots are free, until the worker stops. */
  async #work(): Promise<void> {
    const { name, concurrency, waitSeconds, graceSeconds, log, version } = this.#options;
    const Definitions = [...this.#tasks.values()].map((task) => task.name);
    while (!this.#stopping.signal.aborted) {
      const Limit = Math.min(100, concurrency - this.#runs.size);
      if (Limit <= 0) {
        await this.#slotFreed.promise;
        if (this.#stopping.signal.aborted) await this.#client.drain(name, graceSeconds * 1000);
        continue;
      }
      try {
        const wanted = { Worker: name, Definitions, Limit, WaitSeconds: waitSeconds };
        const acquired = await this.#client.acquire(
          wanted,
          { slots: concurrency, version },
          this.#stopping.signal,
          graceSeconds * 1000,
        );
        for (const task of acquired) this.#run(task);
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        if (!(error instanceof CallRefused) || error.status !== UNKNOWN_DEFINITION) throw error;
        log.warn(
          { event: 'worker.definitions_unknown', err: error },
          'server no longer knows the definitions; declaring them again',
        );
        await delay(PAUSE_MS, undefined, { signal: this.#stopping.signal });
        await this.#declare();
      }
    }
  }

  #run(acquired: AcquiredTask): void {
    const definition = this.#tasks.get(String(acquired.Task.Name).toLowerCase());
    if (definition === undefined)
      throw new Error(`The server sent a task of the unknown definition ${acquired.Task.Name}.`);
    const run = new RemoteRun(acquired, definition, { ...this.#options, client: this.#client });
    const running = (this.#stopping.signal.aborted ? this.#returnUnstarted(acquired) : run.execute()).finally(
      () => {
        this.#runs.delete(run);
        this.#slotFreed.resolve();
        this.#slotFreed = Promise.withResolvers();
      },
    );
    this.#runs.set(run, running);
  }

  /** Returns a task that arrived after the worker was stopped. */
  async #returnUnstarted({ Lease, LeaseSeconds }: AcquiredTask): Promise<void> {
    await this.#client
      .returnTask(Lease, { Began: false }, AbortSignal.timeout(LeaseSeconds * 1000))
      .catch((error: unknown) =>
        this.#options.log.warn(
          { event: 'worker.task_return_failed', err: error },
          'failed to return a task to the server',
        ),
      );
  }

  async #finish(error: unknown): Promise<void> {
    this.#stopping.abort();
    if (error !== undefined) for (const run of this.#runs.keys()) run.cancel('shutdown');
    await Promise.all(this.#runs.values());
    this.#stopCatchingFaults();
    await this.#client.close();
    if (error === undefined) this.#end.resolve();
    else this.#end.reject(error);
  }
}

/** Returns the payload that registers a definition. */
function declarationOf(task: TaskDefinition): object {
  return {
    Name: task.name,
    Description: String(task.description),
    // JSON.stringify drops the symbols that TypeBox adds to schemas.
    ...(task.parameters === undefined ? {} : { Parameters: task.parameters }),
    ...(task.cancellation === undefined ? {} : { CancellationBehaviour: task.cancellation }),
    ...(task.retries === undefined ? {} : { Retries: retriesOf(task.retries) }),
    ...(task.heartbeat === undefined ? {} : { LeaseSeconds: task.heartbeat }),
  };
}

function retriesOf(retries: number | RetryOptions): object {
  const {
    limit,
    lost,
    delay: first,
    factor,
    maxDelay,
  } = typeof retries === 'number' ? { limit: retries } : retries;
  // JSON.stringify omits undefined properties.
  return { Limit: limit, Lost: lost, Delay: first, Factor: factor, MaxDelay: maxDelay };
}
