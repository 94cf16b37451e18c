import type { AfterCommit } from '../store/transaction.ts';
import type { TaskQueue } from './task-queue.ts';

/** A task that a transaction inserts. */
interface StartedTask {
  /** The definition. */
  readonly name: string;
  /** Seconds until its first run is due. */
  readonly delaySeconds: number;
}

/** Counts new tasks after the commit, and wakes the workers that can run them, or the stager when they are due. */
export function announceStarts(after: AfterCommit, queue: TaskQueue, tasks: readonly StartedTask[]): void {
  if (tasks.length === 0) return;
  after.do(() => {
    for (const [name, ofName] of Map.groupBy(tasks, (task) => task.name))
      queue.meter.started(name, ofName.length);
    const delays = tasks.map((task) => task.delaySeconds).filter((seconds) => seconds > 0);
    if (delays.length > 0) queue.onDelayed(Math.min(...delays));
  });
  after.publish({ kind: 'changed' });
  after.publish({
    kind: 'due',
    names: tasks.filter((task) => task.delaySeconds <= 0).map((task) => task.name),
  });
}
