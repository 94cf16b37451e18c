import type { Kysely, Transaction } from 'kysely';
import type { Logger } from 'pino';
import type { Static, TSchema } from 'typebox';
import type { DefinitionLimits } from '../core/concurrency-limits.ts';
import type { Text } from '../core/message.ts';
import type { BatchTask, CancellationBehaviourName } from '../core/task.ts';
import type { TaskChildren } from './children.ts';
import type { Json } from './errors.ts';

/** What the server lends to definitions that run in its process. */
export interface RunServices {
  /** The database; tables of imports live in the schema `batchline_data`. */
  readonly database: Kysely<unknown>;
  /**
   * Runs a function in a database transaction in which it can also set the checkpoint, so that work and
   * checkpoint are kept together or not at all. Rolls back where this run has lost the task. Where the database asks for it
   * (a deadlock, a serialization failure), the function is called again in a new transaction. `ctx.checkpoint` joins
   * it; every other call that needs the database is refused until it has ended. After
   * `BATCHLINE_RUN_TRANSACTION_SECONDS` it is rolled back.
   *
   * @throws RunEnded if this run has lost the task; RunConnectionError if the time is over or a transaction of the run
   *   is open; errors of the function
   */
  transaction<T>(work: (tx: RunTransaction) => Promise<T>): Promise<T>;
  /**
   * The absolute path of an input file: an uploaded one (`upload:<id>`), or one inside the allowed folder.
   *
   * @throws PermanentError where it is outside the allowed folder or does not exist
   */
  inputFile(name: string): Promise<string>;
  /** Whether calls to private, loopback and link-local addresses are allowed (`BATCHLINE_ALLOW_PRIVATE_ADDRESSES`). */
  readonly allowPrivateAddresses: boolean;
  /**
   * The tasks that the run may see, oldest first, page by page, so that any number fits in memory: those that the
   * sign-in which started the task may see, and its owner too.
   *
   * @param filter names a definition, a state, or both; nothing for all
   */
  tasks(filter: { readonly name?: string; readonly state?: string }): AsyncIterable<BatchTask>;
}

/** A database transaction of a run. */
export interface RunTransaction {
  readonly sql: Transaction<unknown>;
  /** Sets the checkpoint in the same transaction. Call it before or after the work, once. */
  checkpoint(value: Json): Promise<void>;
}

/** The file that a run writes as the task's result (`FileName`). */
export interface ResultFile {
  /** The name that the task shows as its FileName. */
  readonly name: string;
  /** Where to write it. The folder exists; an earlier attempt may have left the file there. */
  readonly path: string;
}

/** What a run gets: its parameters, and everything it may tell. */
export interface TaskContext<P = unknown> {
  /** The parameters, coerced and checked by the definition's schema. */
  readonly parameters: P;
  /** The task as it was when this run began. */
  readonly task: BatchTask;
  /** The fencing token of this run. */
  readonly attempt: number;
  /** Aborted when somebody stops the task, the server stops, the lease is lost, or the task waits for its children; `signal.reason` is a `RunEnded`. */
  readonly signal: AbortSignal;
  /** Logs with the task's id and attempt. */
  readonly log: Logger;
  /**
   * Headers that put a call to another system into the run's distributed trace (W3C Trace Context): `traceparent` and
   * perhaps `tracestate`. Empty where the task was started in no trace.
   */
  readonly traceHeaders: Readonly<Record<string, string>>;
  /** The value of the last checkpoint of any attempt, or `undefined`. */
  readonly lastCheckpoint: Json | undefined;
  /**
   * Reports how far the run is. Written at most a few times a second; the last value always. Never throws: a wrong
   * progress is corrected, and the first one is a warning in the task's log.
   *
   * @param percent 0 to 100, clamped; `NaN` keeps the one before; fractions are cut
   * @param text the current stage, cut to 254 characters; absent leaves the last text. A `message` is shown to
   *   each reader in their language, if a catalogue has it
   */
  progress(percent: number, text?: Text): void;
  /**
   * Keeps a value that the next attempt finds as `lastCheckpoint`. Durable when it resolves.
   *
   * @throws RunEnded if this run has lost the task, RequestError if the value is not JSON or is too long
   */
  checkpoint(value: Json): Promise<void>;
  /** The place of the task's result file; sets FileName when the run ends. A file name, not a path. */
  resultFile(name: string): Promise<ResultFile>;
  /** Starts further tasks and waits for them (docs/fan-out.md). */
  readonly children: TaskChildren;
  /** What the server lends to definitions that run in its process (isolate `inline`); throws in a thread. */
  readonly services: RunServices;
}

/** How a failed run is tried again. */
export interface RetryOptions {
  /** How many failed runs are followed by another; 0 by default. */
  readonly limit?: number;
  /** How many runs whose process was lost (a crash, a power cut) are followed by another; 3 by default. */
  readonly lost?: number;
  /** Seconds before the first retry, at most a year; 1 by default. Jitter makes each delay up to a quarter longer. */
  readonly delay?: number;
  /** What the delay is multiplied by each time; 2 by default. */
  readonly factor?: number;
  /** The longest delay in seconds, before jitter; 300 by default. */
  readonly maxDelay?: number;
}

/** A kind of work: its name, its parameters and what it does. */
export interface TaskDefinition<S extends TSchema = TSchema> {
  /** The name that clients start it by: letters, digits, `_`, `-` and `.`, at most 100. */
  readonly name: string;
  /** One line for people; a `message` is told in the reader's language. */
  readonly description: Text;
  /** A schema of an object (TypeBox or plain JSON Schema). Strings are coerced to what it asks for. */
  readonly parameters?: S;
  /** Whether it can be stopped; `CanCancel` by default. */
  readonly cancellation?: CancellationBehaviourName;
  /** A number is a limit with the default delays. No retries by default. */
  readonly retries?: number | RetryOptions;
  /** Seconds without a sign of life after which a run counts as lost; the server's lease by default. */
  readonly heartbeat?: number;
  /**
   * How many runs there may be, over all servers: at once, at once for each tenant, and begun in any period of
   * seconds. Administrators may set others (`PUT /api/v1/Definitions/{name}/Limits`). No limits by default.
   */
  readonly limits?: DefinitionLimits;
  /** `inline` (default) shares the server's event loop; `thread` has a thread of its own, for work that computes. */
  readonly isolate?: 'inline' | 'thread';
  /**
   * How long its tasks are kept after their last change, by the state in which they have ended: `30d`, `12h`, `45m`,
   * `90s` or `never`. A state that is not named is left to the setting BATCHLINE_RETENTION.
   */
  readonly retention?: {
    readonly Succeeded?: string;
    readonly Failed?: string;
    readonly SucceededManualCleanup?: string;
  };
  /**
   * Does the work. The return value becomes the task's Result: a string or a `message` as it is, anything else as JSON.
   * A thrown error fails the run.
   */
  run(ctx: TaskContext<Static<S>>): unknown;
}

/** Marks a value as a definition, so that a module's exports can be told apart. */
export const DEFINITION = Symbol.for('batchline.definition');

/**
 * Defines a kind of work. Export the value from a module that `BATCHLINE_HANDLERS` names.
 *
 * @example
 * ```ts
 * export const hello = defineTask({
 *   name: 'hello',
 *   description: 'Greets somebody',
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
