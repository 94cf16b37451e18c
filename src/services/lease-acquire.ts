import type { Logger } from 'pino';
import { type Caller, workerOwner, worksOn } from '../core/access.ts';
import { conflict, forbidden, notFound, RequestError } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import { BoundedMap } from '../core/lru.ts';
import type { BatchTask, Parameters } from '../core/task.ts';
import type { TraceContext } from '../core/tracing.ts';
import { touchWorkerDefinitions } from '../db/queries/definition.ts';
import type { ClaimedTask } from '../db/queries/queue.ts';
import { countLiveTasks } from '../db/queries/task.ts';
import { drainWorker, recordWorker } from '../db/queries/worker.ts';
import { inQuietTransaction } from '../db/transaction.ts';
import { type ClaimResult, claimBatch } from '../queue/claimer.ts';
import type { Declaration, KnownDefinition } from '../queue/definitions.ts';
import { LongPollQueue, type Waiter } from '../queue/long-poll.ts';
import type { TaskDeps } from './access.ts';
import { recordDefinition } from './definitions.ts';
import { endLease, type Lease } from './leases.ts';

/** A worker's request for tasks. */
export interface AcquireRequest {
  /** Display name of the worker. */
  readonly worker: string;
  readonly definitions: readonly string[];
  /** Maximum number of tasks. */
  readonly limit: number;
  /** Maximum wait for a task. */
  readonly waitSeconds: number;
  /** An id chosen by the caller, for `endWait`. */
  readonly call?: string | undefined;
  /** The version and the slots of the worker, for lists of workers. */
  readonly version?: string | undefined;
  readonly slots?: number | undefined;
}

/** A task leased to a worker. */
export interface AcquiredTask {
  readonly lease: Lease;
  readonly leaseSeconds: number;
  readonly task: BatchTask;
  /** Coerced and validated by the definition's schema. */
  readonly parameters: Parameters;
  readonly checkpoint: unknown;
  /** Trace context of the start; null if it has none. */
  readonly trace: TraceContext | null;
}

/** `last_seen` of a definition, and of a worker, is written at most this often. */
const TOUCH_SECONDS = 10;

/** Leases tasks to workers outside the server. Each process has one, with a queue of waiting requests. */
export class LeaseBroker {
  readonly #deps: TaskDeps;
  readonly #queue: LongPollQueue;
  readonly #log: Logger;
  /** Ends the wait of a call, by `keyOf`. */
  readonly #waits = new Map<string, AbortController>();
  readonly #unsubscribe: () => void;
  /** When workers were recorded, in ms on the monotonic clock, by owner and definitions. */
  readonly #recorded = new BoundedMap<number>();
  /** The owners that were recorded as draining, and have not asked for tasks since then. */
  readonly #drained = new BoundedMap<true>();
  /** The caller of each waiting request. */
  readonly #callers = new WeakMap<Waiter, Caller>();

  constructor(deps: TaskDeps, log: Logger) {
    this.#deps = deps;
    this.#log = log;
    this.#queue = new LongPollQueue({
      claim: (name, waiter) => this.#claim(name, waiter),
      release: (claimed, waiter) => this.#release(claimed, waiter),
      signals: deps.database.signals,
      log,
    });
    this.#unsubscribe = deps.database.signals.subscribe((signal) => {
      if (signal.kind === 'end-wait') this.#waits.get(signal.call)?.abort();
    });
  }

  /**
   * Claims tasks for a worker. Waits if none are due.
   *
   * @param disconnected aborted when the worker disconnects; tasks claimed for it return to the queue
   * @throws RequestError if a definition is not declared or runs in the server, or the caller may not run it
   */
  async acquire(caller: Caller, request: AcquireRequest, disconnected: AbortSignal): Promise<AcquiredTask[]> {
    const waitEnded = new AbortController();
    const key = request.call === undefined ? undefined : keyOf(caller, request.call);
    if (key !== undefined) this.#waits.set(key, waitEnded);
    try {
      return await this.#acquire(caller, request, disconnected, waitEnded.signal);
    } finally {
      if (key !== undefined && this.#waits.get(key) === waitEnded) this.#waits.delete(key);
    }
  }

  /**
   * Ends the wait of a call of this caller, in whichever process it waits. Has no effect on a call that is not waiting.
   */
  endWait(caller: Caller, call: string): void {
    this.#deps.database.signals.publish({ kind: 'end-wait', call: keyOf(caller, call) });
  }

  /** Records that a worker claims no more tasks, until its next Acquire. */
  async drain(caller: Caller, worker: string): Promise<void> {
    const owner = workerOwner(caller, worker);
    this.#drained.set(owner, true);
    await drainWorker(this.#deps.database.sql, owner);
  }

  async #acquire(
    caller: Caller,
    request: AcquireRequest,
    disconnected: AbortSignal,
    waitEnded: AbortSignal,
  ): Promise<AcquiredTask[]> {
    const names = await this.#namesOf(caller, request.definitions);
    await touchWorkerDefinitions(this.#deps.database.sql, names, TOUCH_SECONDS);
    const waiter: Waiter = {
      names,
      tenant: caller.tenant,
      limit: request.limit,
      owner: workerOwner(caller, request.worker),
    };
    await this.#record(waiter, request);
    this.#callers.set(waiter, caller);
    const claimed = await this.#queue.wait(waiter, request.waitSeconds * 1000, disconnected, waitEnded);
    try {
      const tasks = await Promise.all(claimed.map((one) => this.#prepare(caller, one)));
      return tasks.filter((task) => task !== undefined);
    } catch (error) {
      await this.release(caller, claimed.map(leaseOf));
      throw error;
    }
  }

  /** Returns tasks to the queue that their worker never received. If that fails, their leases expire. */
  async release(caller: Caller, leases: readonly Lease[]): Promise<void> {
    for (const lease of leases) {
      try {
        await endLease(this.#deps, caller, lease, { kind: 'interrupted', by: 'worker' }, {}, true);
      } catch (error) {
        this.#log.warn(
          { event: 'worker.release_failed', err: error, taskId: lease.taskId },
          'failed to release the task of a disconnected worker',
        );
      }
    }
  }

  /** Ends all waits. Resolves when no claim is in progress. */
  async close(): Promise<void> {
    this.#unsubscribe();
    await this.#queue.close();
  }

  async #record(
    { owner, names, tenant }: Waiter,
    { worker: label, version, slots }: AcquireRequest,
  ): Promise<void> {
    const key = JSON.stringify([owner, names, tenant]);
    const now = performance.now();
    if (this.#drained.get(owner)) this.#recorded.delete(key);
    if (now - (this.#recorded.get(key) ?? Number.NEGATIVE_INFINITY) < TOUCH_SECONDS * 1000) return;
    const facts = { label, version: version ?? null, slots: slots ?? null };
    const worker = { owner, names, tenant, kind: 'Remote', status: 'Running', ...facts } as const;
    await recordWorker(this.#deps.database.sql, worker);
    this.#recorded.set(key, now);
    this.#drained.delete(owner);
  }

  async #namesOf(caller: Caller, asked: readonly string[]): Promise<string[]> {
    const names = new Set<string>();
    for (const name of asked) {
      checkWorker(caller, name);
      this.#deps.definitions.checkNotOwn(name);
      names.add((await this.#deps.definitions.get(name)).name);
    }
    return [...names];
  }

  async #claim(name: string, waiter: Waiter): Promise<ClaimResult> {
    const definition = await this.#deps.definitions.find(name);
    if (definition === undefined) return { claimed: [], more: false }; // removed in the meantime
    const { limit, owner, tenant } = waiter;
    return claimBatch(this.#deps, { name, limit, owner, tenant, leaseSeconds: definition.leaseSeconds });
  }

  async #release(claimed: readonly ClaimedTask[], waiter: Waiter): Promise<void> {
    const caller = this.#callers.get(waiter);
    if (caller !== undefined) await this.release(caller, claimed.map(leaseOf));
  }

  /** Validates the parameters of a claimed task. If they are invalid, fails the task and returns `undefined`. */
  async #prepare(caller: Caller, claimed: ClaimedTask): Promise<AcquiredTask | undefined> {
    const { task, checkpoint, trace } = claimed;
    const lease = leaseOf(claimed);
    const { readParameters, leaseSeconds } = await this.#deps.definitions.get(task.name);
    try {
      const parameters = await readParameters(task.parameters);
      return { lease, leaseSeconds, task, parameters, checkpoint, trace };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      // The schema has changed since the task was started, so a retry can't succeed.
      await endLease(this.#deps, caller, lease, { kind: 'failed', message: error.text, permanent: true });
      return undefined;
    }
  }
}

/** @throws RequestError (forbidden) if the caller may not run tasks of this definition */
export function checkWorker(caller: Caller, name: string): void {
  if (worksOn(caller, name)) return;
  throw forbidden`You may not run tasks of "${name}"; use a token with the scope worker for this definition, or sign in as an administrator.`;
}

/** Contains the associate, so that callers can end only their own waits. */
function keyOf(caller: Caller, call: string): string {
  return `${caller.associateId}:${call}`;
}

function leaseOf({ task }: ClaimedTask): Lease {
  return { taskId: task.id, attempt: task.attempt };
}

/**
 * Stores all of a worker's definitions or none. From then on, tasks of these definitions can be started, even if no
 * worker is connected. A later declaration replaces an earlier one of the same name.
 *
 * @throws RequestError (forbidden) if the caller may not declare a definition, (conflict) if the name belongs to the
 *   server or to another tenant, (invalid) if a schema is invalid
 */
export async function declareDefinitions(
  deps: TaskDeps,
  caller: Caller,
  declarations: readonly Declaration[],
): Promise<KnownDefinition[]> {
  for (const { name, description } of declarations) {
    checkWorker(caller, name);
    checkText('Description', description, Number.POSITIVE_INFINITY);
  }
  return deps.definitions.declare(declarations, caller);
}

/**
 * Removes a definition that workers declared.
 *
 * @throws RequestError (notFound) if no worker declared it, (conflict) if it has queued or running tasks
 */
export async function removeDefinition(deps: TaskDeps, caller: Caller, name: string): Promise<void> {
  const definition = await deps.definitions.find(name);
  if (definition?.runsIn !== 'worker') throw notFound`Workers have declared no definition called "${name}".`;
  const live = await countLiveTasks(deps.database.sql, definition.name);
  if (live > 0)
    throw conflict`${live} tasks of "${definition.name}" are queued or running; remove the definition after they have ended.`;
  await inQuietTransaction(deps.database.sql, async (trx) => {
    await deps.definitions.remove(name, trx);
    await recordDefinition(trx, caller, 'Delete', definition.name, []);
  });
}
