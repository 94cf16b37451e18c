import type { Logger } from 'pino';
import { type Caller, workerOwner, worksOn } from '../core/caller.ts';
import { conflict, forbidden, notFound, RequestError } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import type { BatchTask, Parameters } from '../core/task.ts';
import type { TraceContext } from '../core/trace-context.ts';
import { touchWorkerDefinitions } from '../db/queries/definition.ts';
import type { ClaimedTask } from '../db/queries/queue.ts';
import { countLiveTasks } from '../db/queries/task.ts';
import { type ClaimResult, claimBatch } from '../queue/claimer.ts';
import type { Declaration, KnownDefinition } from '../queue/definitions.ts';
import { LongPollQueue, type Waiter } from '../queue/long-poll.ts';
import type { TaskDeps } from './context.ts';
import { endLease, type Lease } from './leases.ts';

/** What a worker asks for. */
export interface AcquireRequest {
  /** What the worker calls itself, for people. */
  readonly worker: string;
  readonly definitions: readonly string[];
  /** The most tasks. */
  readonly limit: number;
  readonly waitSeconds: number;
  /** What the caller calls this call, to end its waiting; absent where nothing can. */
  readonly call?: string | undefined;
}

/** A task that a worker now runs. */
export interface AcquiredTask {
  readonly lease: Lease;
  readonly leaseSeconds: number;
  readonly task: BatchTask;
  /** Coerced and checked by the definition's schema. */
  readonly parameters: Parameters;
  readonly checkpoint: unknown;
  /** Where its start stands in a distributed trace; null where in none. */
  readonly trace: TraceContext | null;
}

/** `last_seen` of a definition is written at most this often. */
const TOUCH_SECONDS = 10;

/** Hands tasks to workers outside the server. One a process: its line is where they wait. */
export class LeaseBroker {
  readonly #parts: TaskDeps;
  readonly #line: LongPollQueue;
  readonly #log: Logger;
  /** What ends the waiting of a call, by `keyOf`. */
  readonly #waits = new Map<string, AbortController>();
  readonly #unsubscribe: () => void;
  /** Who asks, by what stands in the line. */
  readonly #callers = new WeakMap<Waiter, Caller>();

  constructor(parts: TaskDeps, log: Logger) {
    this.#parts = parts;
    this.#log = log;
    this.#line = new LongPollQueue({
      claim: (name, waiter) => this.#claim(name, waiter),
      handBack: (claimed, waiter) => this.#handBack(claimed, waiter),
      signals: parts.database.signals,
      log,
    });
    this.#unsubscribe = parts.database.signals.subscribe((signal) => {
      if (signal.kind === 'end-wait') this.#waits.get(signal.call)?.abort();
    });
  }

  /**
   * Claims tasks for a worker, waiting for them where none is due.
   *
   * @param gone aborted when the worker can no longer hear the answer; what was claimed for it goes back
   * @throws RequestError where a definition is not declared, runs in the server, or is not the caller's to run
   */
  async acquire(caller: Caller, request: AcquireRequest, gone: AbortSignal): Promise<AcquiredTask[]> {
    const enough = new AbortController();
    const key = request.call === undefined ? undefined : keyOf(caller, request.call);
    if (key !== undefined) this.#waits.set(key, enough);
    try {
      return await this.#acquire(caller, request, gone, enough.signal);
    } finally {
      if (key !== undefined && this.#waits.get(key) === enough) this.#waits.delete(key);
    }
  }

  /**
   * Has a waiting call of this caller answered, in whichever process it waits. What is not waiting (yet, or any more) is
   * left as it is.
   */
  endWait(caller: Caller, call: string): void {
    this.#parts.database.signals.publish({ kind: 'end-wait', call: keyOf(caller, call) });
  }

  async #acquire(
    caller: Caller,
    request: AcquireRequest,
    gone: AbortSignal,
    enough: AbortSignal,
  ): Promise<AcquiredTask[]> {
    const names = await this.#namesOf(caller, request.definitions);
    await touchWorkerDefinitions(this.#parts.database.sql, names, TOUCH_SECONDS);
    const waiter: Waiter = {
      names,
      tenant: caller.tenant,
      limit: request.limit,
      owner: workerOwner(caller, request.worker),
    };
    this.#callers.set(waiter, caller);
    const claimed = await this.#line.wait(waiter, request.waitSeconds * 1000, gone, enough);
    try {
      const tasks = await Promise.all(claimed.map((one) => this.#toRun(caller, one)));
      return tasks.filter((task) => task !== undefined);
    } catch (error) {
      await this.handBack(caller, claimed.map(leaseOf));
      throw error;
    }
  }

  /** Gives back tasks whose worker never got to know of them. What can't be written is left to the leases. */
  async handBack(caller: Caller, leases: readonly Lease[]): Promise<void> {
    for (const lease of leases) {
      try {
        await endLease(this.#parts, caller, lease, { kind: 'interrupted', by: 'worker' }, {}, true);
      } catch (error) {
        this.#log.warn(
          { event: 'worker.release_failed', err: error, taskId: lease.taskId },
          'failed to release the task of a disconnected worker',
        );
      }
    }
  }

  /** Ends all waiting; resolves when no claim is under way. */
  async close(): Promise<void> {
    this.#unsubscribe();
    await this.#line.close();
  }

  async #namesOf(caller: Caller, asked: readonly string[]): Promise<string[]> {
    const names = new Set<string>();
    for (const name of asked) {
      checkWorker(caller, name);
      this.#parts.definitions.refuseOwn(name);
      names.add((await this.#parts.definitions.get(name)).name);
    }
    return [...names];
  }

  async #claim(name: string, waiter: Waiter): Promise<ClaimResult> {
    const definition = await this.#parts.definitions.find(name);
    if (definition === undefined) return { claimed: [], more: false }; // removed meanwhile
    const { limit, owner, tenant } = waiter;
    return claimBatch(this.#parts, { name, limit, owner, tenant, leaseSeconds: definition.leaseSeconds });
  }

  async #handBack(claimed: readonly ClaimedTask[], waiter: Waiter): Promise<void> {
    const caller = this.#callers.get(waiter);
    if (caller !== undefined) await this.handBack(caller, claimed.map(leaseOf));
  }

  /** The task as its worker gets it; `undefined` where its parameters miss the schema, so that it has failed. */
  async #toRun(caller: Caller, claimed: ClaimedTask): Promise<AcquiredTask | undefined> {
    const { task, checkpoint, trace } = claimed;
    const lease = leaseOf(claimed);
    const { readParameters, leaseSeconds } = await this.#parts.definitions.get(task.name);
    try {
      const parameters = await readParameters(task.parameters);
      return { lease, leaseSeconds, task, parameters, checkpoint, trace };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      // The schema has changed since it was started: no run would mend that.
      await endLease(this.#parts, caller, lease, { kind: 'failed', message: error.text, permanent: true });
      return undefined;
    }
  }
}

/** @throws RequestError (forbidden) where the caller may not run tasks of this definition */
export function checkWorker(caller: Caller, name: string): void {
  if (worksOn(caller, name)) return;
  throw forbidden`You may not run tasks of "${name}": a token with the scope worker that names it is accepted, or an administrator's sign-in.`;
}

/** Only its own associate's workers end the waiting of a call. */
function keyOf(caller: Caller, call: string): string {
  return `${caller.associateId}:${call}`;
}

function leaseOf({ task }: ClaimedTask): Lease {
  return { taskId: task.id, attempt: task.attempt };
}

/**
 * Keeps the definitions that a worker offers, all or none: from now on tasks can be started by them, whether or
 * not a worker is there. The latest declaration of a name counts.
 *
 * @throws RequestError (forbidden) where the caller may not offer one, (conflict) where the server itself runs one of that name or it is another tenant's, (invalid) where a schema is wrong
 */
export async function declareDefinitions(
  parts: TaskDeps,
  caller: Caller,
  declarations: readonly Declaration[],
): Promise<KnownDefinition[]> {
  for (const one of declarations) {
    checkWorker(caller, one.name);
    checkText('Description', one.description, Number.POSITIVE_INFINITY);
  }
  return parts.definitions.declare(declarations, caller);
}

/**
 * Forgets a definition of workers.
 *
 * @throws RequestError (missing) where workers have declared no such thing, (conflict) while tasks of it wait or run
 */
export async function removeDefinition(parts: TaskDeps, name: string): Promise<void> {
  const definition = await parts.definitions.find(name);
  if (definition?.runsIn !== 'worker') throw notFound`Workers have declared no definition called "${name}".`;
  const live = await countLiveTasks(parts.database.sql, definition.name);
  if (live > 0)
    throw conflict`${live} tasks of "${definition.name}" wait or run; the definition can be removed when they have ended.`;
  await parts.definitions.remove(name);
}
