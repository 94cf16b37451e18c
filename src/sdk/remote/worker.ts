import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import pino, { type Logger } from 'pino';
import type { RetryOptions, TaskDefinition } from '../define-task.ts';
import { catchRunFaults } from '../run-faults.ts';
import { type AcquiredTask, CallRefused, WorkerClient } from './client.ts';
import { RemoteRun } from './run.ts';

/** What a worker outside the server is made of. */
export interface WorkerOptions {
  /** The server, without `/api/v1`: `https://batch.example.com`. */
  readonly url: string;
  /** A token with the scope `worker` that names the definitions. */
  readonly token: string;
  /** What `defineTask` returns. */
  // biome-ignore lint/suspicious/noExplicitAny: definitions of any parameters
  readonly tasks: readonly TaskDefinition<any>[];
  /** What the worker calls itself, for people; host and process id by default. */
  readonly name?: string;
  /** Tasks that run at once; 5 by default. */
  readonly concurrency?: number;
  /** Seconds that a run gets to end after it was told to; 10 by default. */
  readonly graceSeconds?: number;
  /** Seconds that one call waits for tasks, at most 30; that by default. */
  readonly waitSeconds?: number;
  /** Standard error by default. */
  readonly log?: Logger;
}

/** A worker outside the server. */
export interface Worker {
  /**
   * Declares the definitions and begins to run tasks.
   *
   * @throws CallRefused where the server refuses a definition or the token
   */
  start(): Promise<void>;
  /** Ends gracefully: takes nothing more, tells the runs to end, and gives back those that have not within the grace period. */
  stop(): Promise<void>;
  /** Resolves when the worker has stopped; rejects with CallRefused when the server no longer lets it work. */
  readonly ended: Promise<void>;
}

/** A refusal of Acquire that may pass: the definition was removed and is declared again. */
const UNKNOWN_DEFINITION = 400;
const PAUSE_MS = 1000;

/**
 * Makes a worker: a process that runs tasks for a server elsewhere, over the worker protocol. Definitions are the
 * same as inside the server, but for `isolate: 'thread'` and `ctx.services`, which need it.
 *
 * @example
 * ```ts
 * const worker = createWorker({ url: 'http://127.0.0.1:7243', token, tasks: [hello] });
 * await worker.start();
 * process.once('SIGTERM', () => worker.stop());
 * await worker.ended;
 * ```
 * @throws Error where an option or a definition is wrong
 */
export function createWorker(options: WorkerOptions): Worker {
  return new RemoteWorker(options);
}

class RemoteWorker implements Worker {
  readonly ended: Promise<void>;
  readonly #options: Required<Omit<WorkerOptions, 'tasks'>>;
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
      throw new Error(`concurrency is ${concurrency}; a whole number from 1 is accepted.`);
    if (options.tasks.length === 0) throw new Error('tasks is empty; at least one definition is accepted.');
    for (const task of options.tasks) this.#add(task);
    this.#client = new WorkerClient(options.url, options.token, this.#options.log);
    this.ended = this.#end.promise;
    this.ended.catch(() => undefined); // heard by whoever asks
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
        `The definition "${task.name}" has isolate: thread, which is for the server's own process; a worker runs it with isolate: inline.`,
      );
    }
    this.#tasks.set(key, task);
  }

  async #declare(): Promise<void> {
    await this.#client.declare([...this.#tasks.values()].map(declarationOf), this.#stopping.signal);
  }

  /** Takes tasks while slots are free, until the worker stops. */
  async #work(): Promise<void> {
    const { name, concurrency, waitSeconds, graceSeconds, log } = this.#options;
    const Definitions = [...this.#tasks.values()].map((task) => task.name);
    while (!this.#stopping.signal.aborted) {
      const Limit = Math.min(100, concurrency - this.#runs.size);
      if (Limit <= 0) {
        await this.#slotFreed.promise;
        continue;
      }
      try {
        const wanted = { Worker: name, Definitions, Limit, WaitSeconds: waitSeconds };
        const acquired = await this.#client.acquire(wanted, this.#stopping.signal, graceSeconds * 1000);
        for (const one of acquired) this.#run(one);
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
    if (definition === undefined) throw new Error(`The server sent a task of ${acquired.Task.Name}.`);
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

  /** What came when the worker was stopping already never begins. */
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

/** The definition as the server gets to know it. */
function declarationOf(task: TaskDefinition): object {
  return {
    Name: task.name,
    Description: String(task.description),
    // A schema made by TypeBox carries marks that are not JSON; they go when it is sent.
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
  // Absent ones are left out when it is sent.
  return { Limit: limit, Lost: lost, Delay: first, Factor: factor, MaxDelay: maxDelay };
}
