import type { Caller } from '../core/access.ts';
import { conflict } from '../core/errors.ts';
import { type Message, message } from '../core/message.ts';
import type { BatchTask } from '../core/task.ts';
import { lockTask } from '../db/queries/task.ts';
import { writePlan } from '../db/queries/task-write.ts';
import { afterCommit, inTransaction } from '../db/transaction.ts';
import { recordTransitions } from '../queue/transition.ts';
import { checkAccess, noSuchTask, type TaskDeps } from './access.ts';
import type { Guard } from './change-task.ts';

/** A new priority or due time of a task. */
export interface TaskPlan {
  /** Replaces the priority; `undefined` keeps it. */
  readonly priority?: number | undefined;
  /** A time, or seconds from now; `undefined` keeps the due time. */
  readonly due?: Date | number | undefined;
}

/**
 * Refuses a plan for a task that has started or ended. A restart keeps the priority, so that it is set before the next run.
 *
 * @throws RequestError (conflict)
 */
export function checkPlannable({ id, state }: BatchTask): void {
  if (state !== 'New')
    throw conflict`Batch task ${id} is ${state}; only the priority and due time of a New task can be changed.`.withCode(
      'illegal_transition',
    );
}

/**
 * Changes the priority or the due time of a New task, also of one that waits for a retry. The history says who did it.
 *
 * @param guard a precondition, checked while the row is locked
 * @throws RequestError if there is no such task or the caller may not change it; (conflict) if it is not New
 */
export async function replanTask(
  deps: TaskDeps,
  caller: Caller,
  id: number,
  plan: TaskPlan,
  guard: Guard,
): Promise<void> {
  await inTransaction(deps.database, async (trx) => {
    const locked = await lockTask(trx, id);
    const task = checkAccess(caller, id, locked?.task, 'Update', 'update');
    if (locked === undefined) throw noSuchTask(id);
    guard(task);
    checkPlannable(task);
    const { attempt, seconds } = await writePlan(trx, id, plan, caller.associateId);
    const audit = { actorId: caller.associateId, nodeId: null, attempt, reason: reasonOf(plan, caller) };
    await recordTransitions(trx, [{ task, from: 'New', to: 'New', audit }]);
    const after = afterCommit(trx);
    if (seconds > 0) after.do(() => deps.queue.onDelayed(seconds));
    else after.publish({ kind: 'due', names: [task.name] });
  });
}

function reasonOf({ priority, due }: TaskPlan, { login }: Caller): Message {
  if (priority !== undefined) return message`Priority set to ${priority} by ${login}.`;
  const at = due instanceof Date ? due : new Date(Date.now() + (due ?? 0) * 1000);
  return message`Due time set to ${at} by ${login}.`;
}
