import type { Logger } from 'pino';
import { BackgroundJob } from '../../core/background-job.ts';
import { parentPercent } from '../../core/children.ts';
import { message } from '../../core/message.ts';
import type { Database } from '../../db/database.ts';
import {
  type ChildrenStatus,
  listStopping,
  readChildrenStatus,
  writeParentProgress,
} from '../../db/queries/parents.ts';
import { inStatement } from '../../db/transaction.ts';
import { sharedJob } from '../shared-job.ts';
import type { TaskQueue } from '../task-queue.ts';
import { stopTree } from './cancel.ts';

/** Signals are collected for this long, so that thousands of completed children cause few writes of the parent's progress. */
const GATHER_MS = 250;
const RECONCILE_MS = 60_000;
const BATCH = 200;

/**
 * Maintains tasks that wait for their children: updates their progress and stops their children when a child changes,
 * and periodically completes interrupted stops. Counters and wake-ups, which must not be lost, are written by the
 * transactions that change the children.
 */
export class ParentCoordinator {
  readonly #database: Database;
  readonly #queue: TaskQueue;
  readonly #changed = new Set<number>();
  readonly #updates: BackgroundJob;
  readonly #stops: BackgroundJob;
  #unsubscribe: () => void = () => undefined;

  constructor(database: Database, queue: TaskQueue, log: Logger) {
    this.#database = database;
    this.#queue = queue;
    this.#updates = new BackgroundJob({ name: 'parents.progress', log, run: () => this.#updateChanged() });
    this.#stops = sharedJob({
      name: 'parents.stops',
      signals: database.signals,
      intervalMs: RECONCILE_MS,
      log,
      run: () => this.finishStops(),
    });
  }

  /** Subscribes to changes of children, and after a delay completes stops that a crash interrupted. */
  start(delayMs: number): void {
    this.#unsubscribe = this.#database.signals.subscribe((signal) => {
      if (signal.kind === 'children') this.#noteChange(signal.parentIds);
    });
    this.#updates.start('later');
    this.#stops.start(delayMs);
  }

  /** Unsubscribes. Resolves when no update is in progress. */
  async stop(): Promise<void> {
    this.#unsubscribe();
    await Promise.all([this.#updates.stop(), this.#stops.stop()]);
  }

  /** Completes interrupted stops of children. */
  async finishStops(): Promise<void> {
    for (const parentId of await listStopping(this.#database.sql, BATCH)) {
      await stopTree(this.#database, this.#queue, parentId);
    }
  }

  #noteChange(parentIds: readonly number[]): void {
    for (const id of parentIds) this.#changed.add(id);
    this.#updates.wakeIn(GATHER_MS);
  }

  async #updateChanged(): Promise<void> {
    const parentIds = [...this.#changed];
    this.#changed.clear();
    try {
      await this.#update(parentIds);
    } catch (error) {
      for (const id of parentIds) this.#changed.add(id); // retried by the next round
      throw error;
    }
  }

  async #update(parentIds: readonly number[]): Promise<void> {
    const statuses = await readChildrenStatus(this.#database.sql, parentIds);
    const due = statuses.filter((parent) => parent.isReady).map((parent) => parent.name);
    if (due.length > 0) this.#database.signals.publish({ kind: 'due', names: due });
    const written = await inStatement(this.#database, async (db, after) => {
      const changed = await writeParentProgress(db, statuses.flatMap(progressOf));
      after.publish({ kind: 'progress', taskIds: changed.map((one) => one.taskId) });
      return changed;
    });
    const grandparents = written.flatMap((one) => one.parentId ?? []);
    if (grandparents.length > 0) this.#noteChange(grandparents);
    for (const parent of statuses.filter(({ isStopping }) => isStopping)) {
      await stopTree(this.#database, this.#queue, parent.parentId);
    }
  }
}

function progressOf(parent: ChildrenStatus) {
  const { parentId, jobId, ended, total } = parent;
  if (jobId === null) return [];
  const percent = parentPercent(parent.weight, parent.weightEnded, parent.running);
  return [{ parentId, jobId, percent, text: message`${ended} of ${total} children have ended.` }];
}
