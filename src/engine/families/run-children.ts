import type { Transaction } from 'kysely';
import { type HeldParent, holdParent } from '../../store/families/hold-parent.ts';
import { type Child, listChildren } from '../../store/families/list-children.ts';
import { readFamily } from '../../store/families/read-family.ts';
import type { Schema } from '../../store/schema.ts';
import type { Signals } from '../../store/signals.ts';
import { inTransaction } from '../../store/transaction.ts';
import { RunEnded } from '../../workers/define-task.ts';
import type { ChildResult, ChildrenPort } from '../../workers/task-children.ts';
import { CHILDREN_PAGE } from '../../workers/task-children.ts';
import type { Run } from '../run.ts';
import type { RunLog } from '../run-log.ts';
import { outsideRun } from '../run-scope.ts';
import type { FamilyParts } from './family-parts.ts';
import { prepareChildren, startChildren } from './start-children.ts';
import { waitForChildren } from './wait-for-children.ts';

/** The children of a run's task, for a run in this process. */
export function childrenOfRun(run: Run, parts: FamilyParts, runLog: RunLog): ChildrenPort {
  const { sql, signals } = parts.database;
  const { id: taskId, attempt } = run.task;
  const held = <T>(work: (trx: Transaction<Schema>, parent: HeldParent) => Promise<T>): Promise<T> =>
    inTransaction(sql, async (trx) => {
      const parent = await holdParent(trx, taskId, attempt);
      if (parent !== undefined && !parent.isStopped) return work(trx, parent);
      const reason = parent === undefined ? 'lost' : 'stopped';
      run.end(reason);
      throw new RunEnded(reason);
    });
  return {
    async start(children) {
      const prepared = await prepareChildren(parts, children);
      const { ids, fresh } = await held((trx, parent) =>
        startChildren(trx, parent, prepared, run.span.trace),
      );
      outsideRun(() => announceStarts(parts, fresh));
      return ids;
    },
    async wait(onFailure) {
      await runLog.flush();
      const progress = run.takeProgress();
      const last = {
        progressPercent: progress.percent,
        progressDescription: progress.text,
      };
      const { waits, counts } = await held((trx, parent) => waitForChildren(trx, parent, onFailure, last));
      if (!waits) return counts;
      parts.queue.meter.waits(run.task.name);
      outsideRun(() => announceWait(signals, run.task));
      run.end('waiting');
      throw new RunEnded('waiting');
    },
    summary: () => readFamily(sql, taskId),
    async page({ state }, afterId) {
      const { rows } = await listChildren(sql, taskId, state, afterId, CHILDREN_PAGE);
      return rows.map(childResult);
    },
  };
}

/** A child as its parent sees it. */
export function childResult({ key, task }: Child): ChildResult {
  const { id, name, state, result, fileName } = task;
  return { id, key, name, state, result, fileName };
}

/** Tells the workers that have new tasks, and that these are there. @param fresh how many each definition has */
export function announceStarts(
  { database: { signals }, queue }: Pick<FamilyParts, 'database' | 'queue'>,
  fresh: ReadonlyMap<string, number>,
): void {
  if (fresh.size === 0) return;
  for (const [name, tasks] of fresh) queue.meter.started(name, tasks);
  signals.publish({ kind: 'changed' });
  signals.publish({ kind: 'due', names: [...fresh.keys()] });
}

/** Tells whoever looks after the family, and that the run has left room where its definition is limited. */
export function announceWait(signals: Signals, task: { readonly id: number; readonly name: string }): void {
  signals.publish({ kind: 'changed' });
  signals.publish({ kind: 'children', parentIds: [task.id] });
  signals.publish({ kind: 'due', names: [task.name] });
}
