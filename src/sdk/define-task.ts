import type { Kysely, Transaction } from 'kysely';
import type { Logger } from 'pino';
import type { Static, TSchema } from 'typebox';
import type { DefinitionLimits } from '../core/limits.ts';
import type { Text } from '../core/message.ts';
import type { BatchTask, CancellationBehaviourName } from '../core/task.ts';
import type { TaskChildren } from './children.ts';
import type { Json } from './errors.ts';

/** Services of the server that definitions in its own process can use. */
export interface RunServices {
  /** The database; tables of imports live in the schema `batchline_data`, which statements
   * name so for any BATCHLINE_SCHEMA. */
  readonly database: Kysely<unknown>;
  /**
   * Runs a function in a database transaction that can also set the checkpoint, so that work and checkpoint commit
   * together. Rolls back if this run has lost its lease. After a deadlock or a serialization failure, calls the function
   * again in a new transaction. `ctx.checkpoint` joins the transaction; every other call that needs the database is
   * rejected until the transaction ends. Rolls back after `BATCHLINE_RUN_TRANSACTION_SECONDS`.
   *
   * @throws RunEnded if this run has lost its lease; RunConnectionError if the transaction timed out or the run already
   *   has one open; errors of the function
   */
  transaction<T>(work: (tx: RunTransaction) => Promise<T>): Promise<T>;
  /**
   * Returns the absolute path of an input file: an upload (`upload:<id>`), or a file inside the input folder.
   *
   * @throws PermanentError if the path is outside the input folder or does not exist
   */
  inputFile(name: string): Promise<string>;
  /** Whether calls to private, loopback and link-local addresses are allowed (`BATCHLINE_ALLOW_PRIVATE_ADDRESSES`). */
  readonly allowPrivateAddresses: boolean;
  /**
   * Iterates over the tasks that the run may read, oldest first. Loads them by page, so that memory use does not depend
   * on their number. The run has the rights of the credentials that started the task, limited to those of its owner.
   *
   * @param filter a definition, a state, or both; empty for all tasks
   */
  tasks(filter: { readonly name?: string; readonly state?: string }): AsyncIterable<BatchTask>;
}

/** A transaction opened by `services.transaction`. */
export interface RunTransaction {
  readonly sql: Transaction<unknown>;
  /** Sets the checkpoint in this transaction. Call it at most once, before or after the work. */
  checkpoint(value: Json): Promise<void>;
}

/** The result file of a task (`FileName`), to be written by its run. */
export interface ResultFile {
  /** The task's FileName. */
  readonly name: string;
  /** The path to write to. Its folder exists; an earlier attempt may have left a file there. */
  readonly path: string;
}

/** The argument of a handler: its parameters, and the calls to report, checkpoint and start children. */
export interface TaskContext<P = unknown> {
  /** The parameters, coerced to and validated against the definition's schema. */
  readonly parameters: P;
  /** A snapshot of the task at the start of this run. */
  readonly task: BatchTask;
  /** The fencing token of this run. */
  readonly attempt: number;
  /**
   * Aborted when the task is stopped, the server shuts down, the lease is lost, or the task starts to wait for its
   * children; `signal.reason` is a `RunEnded`.
   */
  readonly signal: AbortSignal;
  /** A logger that adds the task's id and attempt to each line. */
  readonly log: Logger;
  /**
   * Headers that propagate the run's distributed trace to other systems (W3C Trace Context): `traceparent` and, if set,
   * `tracestate`. Empty if the task was started outside of a trace.
   */
  readonly traceHeaders: Readonly<Record<string, string>>;
  /** The value of the last checkpoint of any attempt, or `undefined`. */
  readonly lastCheckpoint: Json | undefined;
  /**
   * Reports progress. Writes are throttled to a few per second; the last value is always written. Never throws: an
   * invalid value is corrected, and the first one is logged as a warning in the task's log.
   *
   * @param percent clamped to 0 to 100 and truncated; `NaN` keeps the previous value
   * @param text the current stage, truncated to 254 characters; keeps the previous text if omitted. A `message` is
   *   translated for each reader if a catalogue has it
   */
  progress(percent: number, text?: Text): void;
  /**
   * Saves a value that the next attempt reads as `lastCheckpoint`. Durable once the promise resolves.
   *
   * @throws RunEnded if this run has lost its lease; RequestError if the value is not JSON or is too long
   */
  checkpoint(value: Json): Promise<void>;
  /**
   * Returns where to write the task's result file. FileName is set when the run ends.
   *
   * @param name a file name without folders
   */
  resultFile(name: string): Promise<ResultFile>;
  /** Starts child tasks and waits for them (docs/fan-out.md). */
  readonly children: TaskChildren;
  /** Services of the server, for definitions with `isolate: 'inline'`. Throws in a thread and in an external worker. */
  readonly services: RunServices;
}

/** When and how often failed runs are retried, with exponential backoff. */
export interface RetryOptions {
  /** Maximum number of retries after failures; 0 by default. */
  readonly limit?: number;
  /** Maximum number of retries after the process of a run was lost (a crash, a power cut); 3 by default. */
  readonly lost?: number;
  /** Seconds before the first retry, at most a year; 1 by default. Jitter adds up to 25 percent to each delay. */
  readonly delay?: number;
  /** Multiplier of the delay for each further retry; 2 by default. */
  readonly factor?: number;
  /** Maximum delay in seconds, before jitter; 300 by default. */
  readonly maxDelay?: number;
}

/** A task definition: the name, the parameters and the handler of a kind of task. */
export interface TaskDefinition<S extends TSchema = TSchema> {
  /** The name that clients use to start tasks: up to 100 letters, digits, `_`, `-` and `.`. */
  readonly name: string;
  /** A one-line description; a `message` is translated for each reader. */
  readonly description: Text;
  /** A schema of an object (TypeBox or plain JSON Schema). Strings are coerced to the types of the schema. */
  readonly parameters?: S;
  /** Whether its tasks can be stopped; `CanCancel` by default. */
  readonly cancellation?: CancellationBehaviourName;
  /** Retries of failed runs; a number is a limit with the default delays. No retries by default. */
  readonly retries?: number | RetryOptions;
  /** Lease length in seconds: a run without a heartbeat for this long is lost. The server's lease by default. */
  readonly heartbeat?: number;
  /**
   * Limits over all servers: concurrent runs, concurrent runs per tenant, and runs started per period. Administrators
   * can override them (`PUT /api/v1/Definitions/{name}/Limits`). No limits by default.
   */
  readonly limits?: DefinitionLimits;
  /** `inline` (default) runs on the server's event loop; `thread` runs in a worker thread, for CPU-bound work. */
  readonly isolate?: 'inline' | 'thread';
  /**
   * Retention period of its tasks after their last change, by final state: `30d`, `12h`, `45m`, `90s` or `never`. The
   * setting BATCHLINE_RETENTION applies to states that are not listed.
   */
  readonly retention?: {
    readonly Succeeded?: string;
    readonly Failed?: string;
    readonly SucceededManualCleanup?: string;
  };
  /**
   * The handler. Its return value becomes the task's Result: a string or a `message` unchanged, any other value as JSON.
   * A thrown error fails the run.
   */
  run(ctx: TaskContext<Static<S>>): unknown;
}

/** Marks definitions among the exports of a module. */
export const DEFINITION = Symbol.for('batchline.definition');

/**
 * Defines a kind of task. Export the definition from a module listed in `BATCHLINE_HANDLERS`.
 *
 * @example
 * ```ts
 * export const hello = defineTask({
 *   name: 'hello',
 *   description: 'Greets a person by name',
 *   parameters: Type.Object({ who: Type.String() }),
 *   async run(ctx) {
 *     ctx.progress(50, 'Halfway');
 *     return `Hello, ${ctx.parameters.who}`;
 *   },
 * });
 * ```
 */
export function defineTask<const S extends TSchema>(definition: TaskDefinition<S>): TaskDefinition<S> {
  return Object.defineProperty({ ...definition }, DEFINITION, { value: true });
}
