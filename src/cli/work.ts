import type { Logger } from 'pino';
import { type Config, logRenamedSettings, readConfig } from '../config.ts';
import { OperatorError } from '../core/operator-error.ts';
import { openLog } from '../logger.ts';
import { loadHandlers, Registry } from '../queue/registry.ts';
import { createWorker } from '../sdk/index.ts';
import { startWorker } from '../server.ts';
import { type ExitCode, STOPPING, untilSignal } from './usage.ts';

/** A running worker. */
interface RunningWorker {
  /** Where its tasks come from, for the greeting. */
  readonly source: string;
  /** Its definitions. */
  readonly names: readonly string[];
  /** Settles if the worker ends without `stop`. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/**
 * `batchline work`: runs tasks until SIGINT or SIGTERM, from a database, or over HTTP from a server. A second signal
 * ends the process immediately.
 */
export async function work(): Promise<ExitCode> {
  const config = readConfig(process.env);
  const log = openLog(config.logLevel);
  logRenamedSettings(config, log);
  const signalled = untilSignal();
  const { source, names, ended, stop } = await startConfiguredWorker(config, log);
  console.log(`Running tasks from ${source}: ${names.join(', ')}`);
  if ((await Promise.race([signalled, ended])) === 'signalled') {
    console.log(STOPPING);
    await stop();
  }
  console.log('Stopped.');
  return 0;
}

/** @throws OperatorError `SETTINGS_INVALID` if the settings name no source of tasks, or two */
function startConfiguredWorker(config: Config, log: Logger): Promise<RunningWorker> {
  const { databaseUrl, workerUrl } = config;
  if (databaseUrl !== undefined && workerUrl !== undefined)
    throw new OperatorError('SETTINGS_INVALID', [
      'DATABASE_URL and BATCHLINE_URL are both set; batchline work takes its tasks from one of them.',
    ]);
  if (databaseUrl !== undefined) return startDatabaseWorker(config, log);
  if (workerUrl !== undefined) return startRemoteWorker(config, workerUrl, log);
  throw new OperatorError('SETTINGS_INVALID', [
    'DATABASE_URL and BATCHLINE_URL are missing; set one of them: the PostgreSQL database or the server to take tasks from. Only batchline serve can open the embedded database; its workers need BATCHLINE_URL.',
  ]);
}

async function startDatabaseWorker(config: Config, log: Logger): Promise<RunningWorker> {
  const { names, stop } = await startWorker(config, log);
  return { source: 'the database', names, ended: new Promise(() => undefined), stop };
}

async function startRemoteWorker(config: Config, url: string, log: Logger): Promise<RunningWorker> {
  const { workerToken: token, handlers } = config;
  const problems = [
    ...(token === undefined
      ? ['BATCHLINE_TOKEN is missing; set it to a token with the scope worker (batchline token create).']
      : []),
    ...(handlers.length === 0
      ? ['BATCHLINE_HANDLERS is missing; set it to a module or a folder of definitions.']
      : []),
  ];
  if (token === undefined || problems.length > 0) throw new OperatorError('SETTINGS_INVALID', problems);
  const registry = new Registry(config.leaseSeconds);
  await loadHandlers(registry, handlers);
  const worker = createWorker({
    url,
    token,
    tasks: registry.all().map((one) => one.definition),
    concurrency: config.concurrency,
    graceSeconds: config.graceSeconds,
    log,
  });
  await worker.start();
  return { source: url, names: registry.names(), ended: worker.ended, stop: () => worker.stop() };
}
