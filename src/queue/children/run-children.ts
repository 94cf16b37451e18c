import type { Transaction } from 'kysely';
import {
  type Child,
  type LockedParent,
  listChildren,
  lockParent,
  readChildCounts,
} from '../../db/queries/children.ts';
import type { Schema } from '../../db/schema.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { ChildResult, ChildrenPort } from '../../sdk/children.ts';
import { CHILDREN_PAGE } from '../../sdk/children.ts';
import { RunEnded } from '../../sdk/errors.ts';
import type { Run } from '../run.ts';
import type { RunLog } from '../run-log.ts';
import type { ChildrenDeps } from './start.ts';
import { prepareChildren, startChildren } from './start.ts';
import { waitForChildren } from './wait.ts';

/** Returns the `ctx.children` implementation of a run in this process. */
export function childrenOfRun(run: Run, deps: ChildrenDeps, runLog: RunLog): ChildrenPort {
  const { database, queue } = deps;
  const { sql } = database;
  const { id: taskId, attempt } = run.task;
  const withParent = <T>(work: (trx: Transaction<Schema>, parent: LockedParent) => Promise<T>): Promise<T> =>
    inTransaction(database, async (trx) => {
      const parent = await lockParent(trx, taskId, attempt);
      if (parent !== undefined && !parent.isStopped) return work(trx, parent);
      const reason = parent === undefined ? 'lost' : 'stopped';
      run.cancel(reason);
      throw new RunEnded(reason);
    });
  return {
    async start(children) {
      const prepared = await prepareChildren(deps, children);
      return withParent((trx, parent) => startChildren(trx, queue, parent, prepared, run.span.trace));
    },
    async wait(onFailure) {
      await runLog.flush();
      const progress = run.takeProgress();
      const last = {
        progressPercent: progress.percent,
        progressDescription: progress.text,
      };
      const { waits, counts } = await withParent((trx, parent) =>
        waitForChildren(trx, queue, parent, onFailure, last),
      );
      if (!waits) return counts;
      run.cancel('waiting');
      throw new RunEnded('waiting');
    },
    summary: () => readChildCounts(sql, taskId),
    async page({ state }, afterId) {
      const { rows } = await listChildren(sql, taskId, state, afterId, CHILDREN_PAGE);
      return rows.map(childResult);
    },
  };
}

/** Converts a child to the form that its parent receives. */
export function childResult({ key, task }: Child): ChildResult {
  const { id, name, state, result, fileName } = task;
  return { id, key, name, state, result, fileName };
}
