import type { Caller } from '../core/access.ts';
import { conflict, RequestError } from '../core/errors.ts';
import { type Message, message } from '../core/message.ts';
import { columnsOf, type Filter, parseOrder } from '../core/odata/filter.ts';
import { visibleTo } from '../core/permissions.ts';
import type { BatchTask } from '../core/task.ts';
import { hasEnded, isActive, TaskState } from '../core/task-state.ts';
import { getTask } from '../db/queries/task.ts';
import { type Cursor, listPage, type Page, partitionsFor } from '../db/queries/task-list.ts';
import { checkAccess, type TaskDeps } from './access.ts';
import { deleteTasks, type Guard, restartTask, stopTask } from './change-task.ts';
import { checkPlannable, replanTask, type TaskPlan } from './replan-task.ts';
import { definitionsFor, listedDefinitions } from './task-list.ts';
import type { ArchiveSource } from './task-list-rows.ts';

/** Actions on all tasks that match a filter. */
export const BULK_ACTIONS = ['Stop', 'Restart', 'Delete', 'SetPriority', 'Reschedule'] as const;
type BulkAction = (typeof BULK_ACTIONS)[number];

/** A bulk action and the tasks that it applies to. */
export interface BulkRequest {
  readonly action: BulkAction;
  readonly filter: Filter;
  /** Changes nothing; reports what would happen. */
  readonly dryRun: boolean;
  /** Maximum number of tasks; the oldest come first. */
  readonly limit: number;
  /** Restarts discard the checkpoints of earlier runs. */
  readonly fromStart: boolean;
  /** The new priority, or due time. */
  readonly plan: TaskPlan;
}

/** The result of a bulk action or of its dry run. */
export interface BulkOutcome {
  readonly matched: number;
  readonly done: number;
  readonly refused: readonly { readonly id: number; readonly reason: Message }[];
  /** The last task that was processed; null if none matched. */
  readonly lastId: number | null;
  /** True if more tasks match than the limit allows. */
  readonly more: boolean;
}

const BATCH = 200;
const OLDEST_FIRST = parseOrder('batchTaskId');

/** Right, precondition and implementation of an action. */
interface ActionRules {
  readonly right: 'Update' | 'Delete';
  readonly verb: 'stop' | 'restart' | 'delete' | 'update';
  readonly check: Guard;
  readonly run: (
    deps: TaskDeps,
    caller: Caller,
    id: number,
    request: BulkRequest,
    guard: Guard,
  ) => Promise<unknown>;
}

const REPLAN: ActionRules = {
  right: 'Update',
  verb: 'update',
  check: checkPlannable,
  run: (deps, caller, id, { plan }, guard) => replanTask(deps, caller, id, plan, guard),
};

const ACTIONS: Readonly<Record<BulkAction, ActionRules>> = {
  Stop: {
    right: 'Update',
    verb: 'stop',
    check({ id, state, cancellation }) {
      if (hasEnded(state)) throw conflict`Batch task ${id} is ${state}; it has ended.`;
      if (cancellation === 'CannotCancel') throw conflict`Batch task ${id} can't be cancelled.`;
    },
    run: (deps, caller, id, _request, guard) => stopTask(deps, caller, id, guard),
  },
  Restart: {
    right: 'Update',
    verb: 'restart',
    check({ id, state }) {
      if (state !== 'Failed')
        throw conflict`Batch task ${id} is ${state}; only a Failed task can be restarted.`.withCode(
          'illegal_transition',
        );
    },
    run: (deps, caller, id, { fromStart }, guard) => restartTask(deps, caller, id, fromStart, guard),
  },
  Delete: {
    right: 'Delete',
    verb: 'delete',
    check({ id, state }) {
      if (isActive(state))
        throw conflict`Batch task ${id} is ${state}; stop it before you delete it.`.withCode('task_running');
    },
    run: (deps, caller, id, _request, guard) => deleteTasks(deps, caller, [id], guard),
  },
  SetPriority: REPLAN,
  Reschedule: REPLAN,
};

/**
 * Stops, restarts, replans or deletes the tasks that the caller may see and that match the filter, oldest first. Each task has a
 * separate transaction and the same checks as the call for a single task; a refused task does not affect others. A task
 * whose state has changed since it matched the filter is refused.
 */
export async function bulkTasks(deps: TaskDeps, caller: Caller, request: BulkRequest): Promise<BulkOutcome> {
  const source = {
    partitions: await partitionsFor(deps.database.sql, visibleTo(caller), request.filter),
    definitions: listedDefinitions(await definitionsFor(deps, columnsOf(request.filter))),
  };
  const refused: { id: number; reason: Message }[] = [];
  let matched = 0;
  let lastId: number | null = null;
  for (let after: Cursor | undefined; ; ) {
    const want = Math.min(BATCH, request.limit - matched);
    const { rows, following } = await page(deps, source, request.filter, after, want);
    for (const { id, values } of rows) {
      const reason = await doOne(deps, caller, id, values.State, request);
      if (reason !== undefined) refused.push({ id, reason });
      matched += 1;
      lastId = id;
    }
    const more = following !== undefined;
    if (!more || matched >= request.limit)
      return { matched, done: matched - refused.length, refused, lastId, more };
    after = rows.at(-1)?.place;
  }
}

function page(
  { database }: TaskDeps,
  source: ArchiveSource,
  filter: Filter,
  after: Cursor | undefined,
  limit: number,
): Promise<Page> {
  const columns = ['State'] as const;
  return database.lists.read((db) =>
    listPage(db, { ...source, filter, columns, order: OLDEST_FIRST, after, skip: 0, limit }),
  );
}

/** Applies the action to one task, or only checks it in a dry run. Returns the reason if the task is refused. */
async function doOne(
  deps: TaskDeps,
  caller: Caller,
  id: number,
  seen: unknown,
  request: BulkRequest,
): Promise<Message | undefined> {
  const { right, verb, check, run } = ACTIONS[request.action];
  const guard = (task: BatchTask): void => {
    check(task);
    if (TaskState[task.state] !== seen)
      throw conflict`Batch task ${id} has changed to ${task.state} in the meantime.`;
  };
  try {
    if (request.dryRun) guard(checkAccess(caller, id, await getTask(deps.database.sql, id), right, verb));
    else await run(deps, caller, id, request, guard);
    return undefined;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return error.kind === 'notFound' ? message`There is no batch task ${id}.` : error.text;
  }
}
