import type { Caller } from '../core/caller.ts';
import { conflict, RequestError } from '../core/errors.ts';
import { type Message, message } from '../core/message.ts';
import { columnsOf, type Filter } from '../core/odata/filter.ts';
import { parseOrder } from '../core/odata/order.ts';
import { visibleTo } from '../core/permissions.ts';
import type { BatchTask } from '../core/task.ts';
import { hasEnded, isActive, TaskState } from '../core/task-state.ts';
import { getTask } from '../db/queries/task.ts';
import { type Cursor, listPage, type Page, partitionsFor } from '../db/queries/task-list.ts';
import { checkAccess } from './access.ts';
import type { Guard } from './change-task.ts';
import { deleteTasks, restartTask, stopTask } from './change-task.ts';
import type { TaskDeps } from './context.ts';
import { definitionsFor, listedDefinitions } from './task-list.ts';
import type { ArchiveSource } from './task-list-rows.ts';

/** What can be done to many tasks at once. */
export const BULK_ACTIONS = ['Stop', 'Restart', 'Delete'] as const;
/** One of them. */
type BulkAction = (typeof BULK_ACTIONS)[number];

/** What is to be done to which tasks. */
export interface BulkRequest {
  readonly action: BulkAction;
  readonly filter: Filter;
  /** Changes nothing; tells what would happen. */
  readonly dryRun: boolean;
  /** The most tasks, the oldest first. */
  readonly limit: number;
  /** Restarts forget the checkpoints of earlier runs. */
  readonly fromStart: boolean;
}

/** What was done, or would be. */
export interface BulkOutcome {
  readonly matched: number;
  readonly done: number;
  readonly refused: readonly { readonly id: number; readonly reason: Message }[];
  /** The last task that was looked at; null where none matched. */
  readonly lastId: number | null;
  /** Whether more match, beyond the limit. */
  readonly more: boolean;
}

const BATCH = 200;
const OLDEST_FIRST = parseOrder('batchTaskId');

/** What the rule of an action needs, and what it does. */
const ACTIONS: Readonly<
  Record<
    BulkAction,
    {
      readonly right: 'Update' | 'Delete';
      readonly doing: 'stop' | 'restart' | 'delete';
      readonly check: Guard;
      readonly run: (
        parts: TaskDeps,
        caller: Caller,
        id: number,
        request: BulkRequest,
        guard: Guard,
      ) => Promise<unknown>;
    }
  >
> = {
  Stop: {
    right: 'Update',
    doing: 'stop',
    check({ id, state, cancellation }) {
      if (hasEnded(state)) throw conflict`Batch task ${id} is ${state}; it has ended.`;
      if (cancellation === 'CannotCancel') throw conflict`Batch task ${id} can't be cancelled.`;
    },
    run: (parts, caller, id, _request, guard) => stopTask(parts, caller, id, guard),
  },
  Restart: {
    right: 'Update',
    doing: 'restart',
    check({ id, state }) {
      if (state !== 'Failed')
        throw conflict`Batch task ${id} is ${state}; one that is Failed can be restarted.`.withCode(
          'illegal_transition',
        );
    },
    run: (parts, caller, id, { fromStart }, guard) => restartTask(parts, caller, id, fromStart, guard),
  },
  Delete: {
    right: 'Delete',
    doing: 'delete',
    check({ id, state }) {
      if (isActive(state))
        throw conflict`Batch task ${id} is ${state}; stop it before you delete it.`.withCode('task_running');
    },
    run: (parts, caller, id, _request, guard) => deleteTasks(parts, caller, [id], guard),
  },
};

/**
 * Stops, restarts or deletes the tasks that the caller may see and the filter lets through, the oldest first. Each
 * is a transaction of its own with the rights of the single call; one that is refused holds up no other. A task
 * whose state has changed since the filter has seen it is refused.
 */
export async function bulkTasks(parts: TaskDeps, caller: Caller, request: BulkRequest): Promise<BulkOutcome> {
  const source = {
    partitions: await partitionsFor(parts.database.sql, visibleTo(caller), request.filter),
    definitions: listedDefinitions(await definitionsFor(parts, columnsOf(request.filter))),
  };
  const refused: { id: number; reason: Message }[] = [];
  let matched = 0;
  let lastId: number | null = null;
  for (let after: Cursor | undefined; ; ) {
    const want = Math.min(BATCH, request.limit - matched);
    const { rows, following } = await page(parts, source, request.filter, after, want);
    for (const { id, values } of rows) {
      const reason = await doOne(parts, caller, id, values.State, request);
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

/** Does it to one task, or only looks whether it could; the reason where it is refused. */
async function doOne(
  parts: TaskDeps,
  caller: Caller,
  id: number,
  seen: unknown,
  request: BulkRequest,
): Promise<Message | undefined> {
  const { right, doing, check, run } = ACTIONS[request.action];
  const guard = (task: BatchTask): void => {
    check(task);
    if (TaskState[task.state] !== seen) throw conflict`Batch task ${id} has become ${task.state} meanwhile.`;
  };
  try {
    if (request.dryRun) guard(checkAccess(caller, id, await getTask(parts.database.sql, id), right, doing));
    else await run(parts, caller, id, request, guard);
    return undefined;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return error.kind === 'notFound' ? message`There is no batch task ${id}.` : error.text;
  }
}
