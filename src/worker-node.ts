import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { BackgroundJob } from './core/background-job.ts';
import { endAll, Observability, startRuntime, type Undo } from './node.ts';

/** What runs tasks on the database, without an API. */
export interface WorkerProcess {
  /** The definitions that it runs. */
  readonly names: readonly string[];
  /** Where `/health` and `/metrics` are; `undefined` where they have no port. */
  readonly monitoringUrl: string | undefined;
  /** Ends gracefully: running tasks handed back, everything written. */
  stop(): Promise<void>;
}

/** How often it says that it is still there. */
const TOUCH_SECONDS = 20;

/**
 * Starts a worker on the database: it runs tasks and looks after the database as servers do.
 *
 * @throws as `startRuntime`; nothing is left open then
 */
export async function startWorkerNode(config: Config, log: Logger): Promise<WorkerProcess> {
  const undo: Undo = [];
  const watch = new Observability(log);
  const stop = (): Promise<void> => endAll(watch.health, undo);
  try {
    const monitoringUrl = await watch.open(config, log, undo);
    const { tasks } = await startRuntime(config, log, watch.metrics, true, undo);
    await tasks.definitions.offer();
    const presence = new BackgroundJob({
      name: 'worker.presence',
      intervalMs: TOUCH_SECONDS * 1000,
      log,
      run: () => tasks.definitions.touch(TOUCH_SECONDS),
    });
    presence.start('later');
    undo.push(() => presence.stop());
    watch.health.serve(tasks.database);
    return { names: tasks.registry.names(), monitoringUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
