import { setTimeout as delay } from 'node:timers/promises';
import type { TaskRunner } from '../../src/queue/worker.ts';
import { startTasks } from '../../src/services/bulk-start.ts';
import { startTask } from '../../src/services/start-task.ts';
import { anyLeft, CALLER, openParts, REQUEST, startsOf } from '../batchline-parts.ts';
import { noopRuns } from '../handlers.ts';
import { compete } from './side.ts';

await compete(async ({ env }) => {
  const { parts, database, makeEngine, close } = await openParts(env);
  const enqueue = (): Promise<number> => startTask(parts, CALLER, REQUEST);
  const running = async (): Promise<TaskRunner> => {
    const engine = makeEngine();
    await engine.start();
    return engine;
  };
  return {
    enqueue,
    enqueueMany: (count) => startTasks(parts, CALLER, startsOf(count)),
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
