import { setTimeout as delay } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import { type Message, message } from '../../core/message.ts';
import type { Database } from '../../db/database.ts';
import { endAttempts } from '../../db/queries/attempt.ts';
import {
  failIdle,
  hasStoppable,
  type LiveChild,
  lockStoppable,
  markStopped,
  readStopReason,
  requestStops,
} from '../../db/queries/children-cancel.ts';
import { deleteTaskRows } from '../../db/queries/task-delete.ts';
import type { Schema } from '../../db/schema.ts';
import { afterCommit, inTransaction } from '../../db/transaction.ts';
import type { TaskQueue } from '../task-queue.ts';
import { recordTransitions } from '../transition.ts';

const BATCH = 200;
/** Delay before retrying children whose rows were locked by other transactions. */
const PAUSE_MS = 50;

/** Returns the reason for stopping the children of a stopped task. @param note who stopped the task, and when */
export function stoppedWith(parentId: number, note: Message): Message {
  return message`Stopped with batch task ${parentId}. ${note}`;
}

/**
 * Stops all descendants of a task in batches: queued children fail, and runs are cancelled. Skips children that can't be
 * cancelled. The reason is stored in the row of the task, so that another process, or this one after a crash, can
 * continue an interrupted stop.
 */
export async function stopTree(database: Database, queue: TaskQueue, parentId: number): Promise<void> {
  const parents = [parentId];
  for (let next = parents.pop(); next !== undefined; next = parents.pop())
    parents.push(...(await stopChildren(database, queue, next)));
}

/** Stops the children of one task. Returns those that have children to stop. */
async function stopChildren(database: Database, queue: TaskQueue, parentId: number): Promise<number[]> {
  const note = await readStopReason(database.sql, parentId);
  if (note === undefined) return [];
  const below: number[] = [];
  for (let afterId = 0; ; ) {
    const { children, parents } = await inTransaction(database, async (trx) => {
      const found = await lockStoppable(trx, parentId, afterId, BATCH);
      return { children: found, parents: await stopLocked(trx, queue, parentId, found, note) };
    });
    below.push(...parents);
    if (children.length === BATCH) afterId = children.at(-1)?.id ?? 0;
    else if (await hasStoppable(database.sql, parentId)) {
      afterId = 0;
      await delay(PAUSE_MS);
    } else break;
  }
  await inTransaction(database, async (trx) => {
    const isDone = await markStopped(trx, parentId);
    if (isDone) await deleteTaskRows(trx, [parentId], true);
    afterCommit(trx).publish({ kind: 'children', parentIds: [parentId] });
  });
  return below;
}

/** Stops locked children. Returns those that have children to stop. */
async function stopLocked(
  trx: Transaction<Schema>,
  queue: TaskQueue,
  parentId: number,
  children: readonly LiveChild[],
  note: Message,
): Promise<number[]> {
  const after = afterCommit(trx);
  const running = children.filter((child) => child.leaseOwner !== null);
  const idle = children.filter((child) => child.leaseOwner === null);
  const ids = (some: readonly LiveChild[]): number[] => some.map((child) => child.id);
  await requestStops(trx, ids(running), note);
  for (const taskId of ids(running)) after.publish({ kind: 'stop', taskId });
  await endAttempts(trx, ids(idle), 'Stopped', note);
  await failIdle(trx, ids(idle), note);
  after.do(() => {
    for (const { name } of idle) queue.meter.stopped(name, 1);
  });
  return recordTransitions(
    trx,
    idle.map((child) => ({
      task: { ...child, parentId },
      from: child.state,
      to: 'Failed' as const,
      audit: { actorId: 0, nodeId: null, attempt: child.attempt, reason: note, stopped: true },
    })),
    ids(children).map((id) => ({ parentId: id, reason: stoppedWith(id, note) })),
  );
}
