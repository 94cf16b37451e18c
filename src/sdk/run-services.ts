import type { Kysely, Transaction } from 'kysely';
import type { BatchTask } from '../core/task.ts';
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
