import { randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { Batcher } from '../core/batcher.ts';
import type { Message } from '../core/message.ts';
import type { NewTask } from '../core/task.ts';
import { beginSend, type TraceContext } from '../core/tracing.ts';
import { isDataException } from '../db/errors.ts';
import { insertTasks } from '../db/queries/task-write.ts';
import type { Schema } from '../db/schema.ts';
import { type AfterCommit, afterCommit, inStatement, type TransactionSource } from '../db/transaction.ts';
import type { TaskQueue } from '../queue/task-queue.ts';
import { announceStarts } from '../queue/transition.ts';

/** The actor, reason, due time and priority of a start. */
export interface StartDetails {
  readonly actorId: number;
  readonly priority: number;
  /** Seconds until its first run is due. */
  readonly delaySeconds: number;
  /** The due time, if the caller specified one; overrides `delaySeconds`. */
  readonly dueAt?: Date | undefined;
  readonly reason: Message;
  /** Trace context of the caller. */
  readonly trace?: TraceContext | null | undefined;
  /** The schedule that starts it. */
  readonly scheduleId?: number | undefined;
}

/** A prepared task and the details of its start. */
export interface PreparedStart {
  readonly task: NewTask;
  readonly details: StartDetails;
}

/** Inserts a prepared task with its audit row, and announces it after the commit. Returns its id. */
export async function insertStart(
  deps: { readonly queue: TaskQueue },
  trx: Transaction<Schema>,
  task: NewTask,
  details: StartDetails,
): Promise<number> {
  const [id] = await insertStarts(deps, trx, afterCommit(trx), [{ task, details }]);
  return id as number;
}

/**
 * Inserts prepared tasks with their audit rows in one statement, and announces them by `after`. Returns their ids, in
 * order.
 */
export async function insertStarts(
  { queue }: { readonly queue: TaskQueue },
  db: Kysely<Schema>,
  after: AfterCommit,
  starts: readonly PreparedStart[],
): Promise<number[]> {
  const spans = starts.map(({ task, details }) => beginSend(task.name, task.tenant, details.trace ?? null));
  const rows = starts.map(({ task, details }, index) => {
    const { actorId, priority, delaySeconds, dueAt, reason, scheduleId } = details;
    // The stager promotes it when it is due.
    const jobId = delaySeconds > 0 || dueAt !== undefined ? randomUUID() : null;
    const trace = spans[index]?.trace ?? null;
    return { task, actorId, jobId, delaySeconds, dueAt, priority, trace, reason, scheduleId };
  });
  try {
    const ids = await insertTasks(db, rows);
    for (const [index, id] of ids.entries()) spans[index]?.note({ 'messaging.message.id': String(id) });
    announceStarts(
      after,
      queue,
      starts.map(({ task: { name }, details: { delaySeconds } }) => ({ name, delaySeconds })),
    );
    return ids;
  } catch (error) {
    for (const span of spans) span.fail('exception', error);
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
}

/** Maximum number of concurrent starts in one statement. */
const MAX_BATCH = 250;
/** Maximum number of starts of one bulk start in one statement; more are not faster (docs/decisions/0035-bulk-start.md). */
const MAX_BULK_BATCH = 1000;
/** Maximum length of the texts in one statement, in UTF-16 code units: a statement is one string of limited length. */
const MAX_BATCH_LENGTH = 16 * 1024 * 1024;

/** Divides the starts of a bulk start into batches for `insertStarts`. */
export function* startBatches(starts: readonly PreparedStart[]): Generator<readonly PreparedStart[]> {
  let from = 0;
  let length = 0;
  for (const [index, start] of starts.entries()) {
    length += weightOf(start);
    if (index > from && (index - from === MAX_BULK_BATCH || length > MAX_BATCH_LENGTH)) {
      yield starts.slice(from, index);
      from = index;
      length = weightOf(start);
    }
  }
  if (from < starts.length) yield starts.slice(from);
}

/** The new id of a task, or the error that refuses only that start. */
type Started = { readonly id: number } | { readonly error: unknown };

/**
 * Writes starts in batches. Starts that arrive while a statement is in progress are written by the next one, in one commit
 * (docs/decisions/0034-hot-path.md).
 */
export class StartBatcher {
  readonly #database: TransactionSource;
  readonly #queue: TaskQueue;
  readonly #batcher: Batcher<PreparedStart, Started>;

  constructor(database: TransactionSource, queue: TaskQueue) {
    this.#database = database;
    this.#queue = queue;
    this.#batcher = new Batcher((starts) => this.#write(starts), {
      maxItems: MAX_BATCH,
      maxWeight: MAX_BATCH_LENGTH,
      weightOf,
    });
  }

  /**
   * Writes a start. Returns the new id when the task is durable.
   *
   * @throws the error of the database if it can't be written
   */
  async write(start: PreparedStart): Promise<number> {
    const started = await this.#batcher.add(start);
    if ('error' in started) throw started.error;
    return started.id;
  }

  async #write(starts: readonly PreparedStart[]): Promise<Started[]> {
    try {
      const ids = await inStatement(this.#database, (db, after) =>
        insertStarts({ queue: this.#queue }, db, after, starts),
      );
      return ids.map((id) => ({ id }));
    } catch (error) {
      if (starts.length === 1 || !isDataException(error)) throw error;
      // The statement wrote nothing. Retry one by one, so that only the invalid start fails.
      const started: Started[] = [];
      for (const start of starts)
        started.push(...(await this.#write([start]).catch((cause) => [{ error: cause }])));
      return started;
    }
  }
}

function weightOf({ task }: PreparedStart): number {
  const { context, description, response, request, content } = task;
  return context.length + description.length + response.length + request.length + (content?.length ?? 0);
}
