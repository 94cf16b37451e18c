import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import type { Caller } from '../core/access.ts';
import { invalid, oversized, RequestError } from '../core/errors.ts';
import { type Message, type MessageValue, message } from '../core/message.ts';
import type { StartOptions } from '../core/task.ts';
import type { KeyUse } from '../db/queries/idempotency.ts';
import type { Schema } from '../db/schema.ts';
import { afterCommit, inTransaction } from '../db/transaction.ts';
import type { TaskDeps } from './access.ts';
import { insertStarts, type PreparedStart, startBatches } from './start-batcher.ts';
import {
  answerOf,
  detailsOf,
  prepareStart,
  StartLookup,
  type StartRequest,
  startOnce,
} from './start-task.ts';

/** Maximum number of tasks that one call starts. */
export const MAX_BULK_STARTS = 10_000;

/** The tasks of a bulk start, before they are read. Indexes start at 0. */
export interface BulkItems {
  readonly length: number;
  /** Where an item is in the body, for messages: `Tasks[3]`, `Line 4`. */
  placeOf(index: number): MessageValue;
  /** @throws RequestError (invalid) if a property has the wrong type */
  read(index: number): { readonly request: StartRequest; readonly options: StartOptions };
}

/** An item that can't be started. */
export interface RefusedItem {
  /** Its index among the items. */
  readonly index: number;
  /** Begins with its place. */
  readonly reason: Message;
}

/** Maximum number of starts that are prepared before pending requests are processed. */
const MAX_PER_TURN = 200;

/** Maximum number of refused items that a dry run reports. */
export const MAX_REFUSED_ITEMS = 100;

/**
 * Starts many tasks, all or none, each like `startTask`. They are durable when this resolves.
 *
 * @param key the idempotency key of the call: a repeated call starts nothing, and returns the ids of the first
 * @returns the ids, in the order of the items; 0 for internal tasks
 * @throws RequestError of the first item that can't be started, with its place; (invalid) if there are no items,
 *   (oversized) if there are too many, (conflict) if the key was used for a different call
 */
export async function startTasks(
  deps: TaskDeps,
  caller: Caller,
  items: BulkItems,
  key?: string,
): Promise<readonly number[]> {
  checkCount(items.length);
  const starts: PreparedStart[] = [];
  const fingerprint = key === undefined ? undefined : createHash('sha256').update('bulk start');
  for await (const prepared of prepare(deps, caller, items)) {
    if ('error' in prepared) throw prepared.error;
    starts.push(prepared.start);
    fingerprint?.update(prepared.call());
  }
  const use = key === undefined ? undefined : { associateId: caller.associateId, key };
  return insertAll(deps, starts, use && { ...use, fingerprint: fingerprint?.digest('base64') ?? '' });
}

/**
 * Checks whether `startTasks` would start these items. Starts nothing.
 *
 * @returns the number of valid items, and the first `MAX_REFUSED_ITEMS` of the others
 * @throws RequestError (invalid) if there are no items, (oversized) if there are too many
 */
export async function checkStarts(
  deps: TaskDeps,
  caller: Caller,
  items: BulkItems,
): Promise<{ readonly valid: number; readonly refused: readonly RefusedItem[] }> {
  checkCount(items.length);
  const refused: RefusedItem[] = [];
  let valid = 0;
  for await (const prepared of prepare(deps, caller, items)) {
    if (!('error' in prepared)) valid += 1;
    else if (!(prepared.error instanceof RequestError)) throw prepared.error;
    else if (refused.length < MAX_REFUSED_ITEMS)
      refused.push({ index: prepared.index, reason: prepared.error.text });
  }
  return { valid, refused };
}

/** @throws RequestError if a bulk start can't have this number of tasks */
function checkCount(count: number): void {
  if (count === 0) throw invalid`The call has no tasks; 1 to ${MAX_BULK_STARTS} are accepted.`;
  if (count > MAX_BULK_STARTS)
    throw oversized`The call has ${count} tasks; at most ${MAX_BULK_STARTS} are accepted in one call.`;
}

/** A prepared start, with the text that identifies it in a fingerprint, or the error of an item. */
type Prepared =
  | { readonly start: PreparedStart; readonly call: () => string }
  | { readonly index: number; readonly error: unknown };

async function* prepare(deps: TaskDeps, caller: Caller, items: BulkItems): AsyncGenerator<Prepared> {
  const lookup = new StartLookup(deps);
  const reason = message`Started by a caller.`;
  for (let index = 0; index < items.length; index += 1) {
    if (index > 0 && index % MAX_PER_TURN === 0) await nextTurn();
    let prepared: Prepared;
    try {
      const { request, options } = items.read(index);
      const task = await prepareStart(deps, caller, request, lookup);
      const { due, priority } = options;
      prepared = {
        start: { task, details: detailsOf(caller, options, reason) },
        call: () => JSON.stringify([request, task.tenant, due, priority]),
      };
    } catch (error) {
      prepared = { index, error: placed(items.placeOf(index), error) };
    }
    yield prepared;
  }
}

/** Adds the place of an item to its error. */
function placed(place: MessageValue, error: unknown): unknown {
  if (!(error instanceof RequestError)) return error;
  const { kind, text, retryAfter, code } = error;
  const located = new RequestError(kind, message`${place}: ${text}`, retryAfter);
  return code === undefined ? located : located.withCode(code);
}

/** Inserts the starts in one transaction, unless the idempotency key has started them. */
function insertAll(
  deps: TaskDeps,
  starts: readonly PreparedStart[],
  use: KeyUse | undefined,
): Promise<readonly number[]> {
  const insert = async (trx: Transaction<Schema>): Promise<readonly number[]> => {
    const ids: number[] = [];
    for (const batch of startBatches(starts)) {
      const inserted = await insertStarts(deps, trx, afterCommit(trx), batch);
      for (const [index, id] of inserted.entries())
        ids.push(answerOf((batch[index] as PreparedStart).task, id));
    }
    return ids;
  };
  return use === undefined ? inTransaction(deps.database, insert) : startOnce(deps, use, insert);
}
