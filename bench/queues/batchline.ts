import { setTimeout as delay } from 'node:timers/promises';
import { inTransaction } from '../../src/db/transaction.ts';
import { prepareChildren, startChildren } from '../../src/queue/children/start.ts';
import type { TaskRunner } from '../../src/queue/worker.ts';
import { startTask } from '../../src/services/start-task.ts';
import { anyLeft, CALLER, openParts, REQUEST } from '../batchline-parts.ts';
import { noopRuns } from '../handlers.ts';
import { compete } from './side.ts';

await compete(async ({ env }) => {
  const { parts, database, makeEngine, close } = await openParts(env);
  const enqueue = (): Promise<number> => startTask(parts, CALLER, REQUEST);
  let keys = 0;
  let parentId: number | undefined;
  const running = async (): Promise<TaskRunner> => {
    const engine = makeEngine();
    await engine.start();
    return engine;
  };
  return {
    enqueue,
    /** Starts the tasks as children of one task, the way to start many in one call. */
    async enqueueMany(count) {
      parentId ??= await enqueue();
      const parent = {
        taskId: parentId,
        attempt: 1,
        tenant: 'batchline',
        name: REQUEST.name,
        ownerId: CALLER.associateId,
        isInternal: false,
        context: '',
        depth: 0,
        priority: 0,
        jobId: null,
        leaseOwner: 'bench',
        parentId: null,
        isStopped: false,
        trace: null,
      };
      const children = Array.from({ length: count }, () => ({
        key: String(keys++),
        name: REQUEST.name,
        parameters: REQUEST.parameterObject,
      }));
      const prepared = await prepareChildren(parts, children);
      await inTransaction(database, (trx) => startChildren(trx, parts.queue, parent, prepared, null));
    },
    async drain(count) {
      const before = noopRuns.begun;
      const engine = await running();
      while (noopRuns.begun - before < count) await delay(2);
      while (await anyLeft(database)) await delay(2);
      await engine.stop();
    },
    async work(onRun) {
      noopRuns.onRun = onRun;
      const engine = await running();
      return () => engine.stop();
    },
    close,
  };
});
