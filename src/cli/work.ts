import type { Logger } from 'pino';
import { type Config, logRenamedSettings, readConfig } from '../config.ts';
import { OperatorError } from '../core/operator-error.ts';
import { openLog } from '../logger.ts';
import { loadHandlers, Registry } from '../queue/registry.ts';
import { createWorker } from '../sdk/index.ts';
import { startWorkerNode } from '../server.ts';
import type { ExitCode } from './usage.ts';
import { untilSignal } from './usage.ts';

/** A worker that is at work. */
interface Working {
  /** Where. */
  readonly place: string;
  readonly names: readonly string[];
  /** Settles when it ends by itself. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Runs tasks without an API, until SIGINT or SIGTERM; a second one ends it at once. It works on a database, or over
 * HTTP for a server elsewhere.
 */
export async function work(): Promise<ExitCode> {
  const config = readConfig(process.env);
  const log = openLog(config.logLevel);
  logRenamedSettings(config, log);
  const signalled = untilSignal();
  const { place, names, ended, stop } = await begin(config, log);
  console.log(`Working ${place}: ${names.join(', ')}`);
  if ((await Promise.race([signalled, ended])) === 'signalled') {
    console.log('Stopping: running tasks end or are handed back. Once more ends at once.');
    await stop();
  }
  console.log('Stopped.');
  return 0;
}

/** @throws OperatorError `SETTINGS_INVALID` if it isn't clear where to work */
function begin(config: Config, log: Logger): Promise<Working> {
  const { databaseUrl, workerUrl } = config;
  if (databaseUrl !== undefined && workerUrl !== undefined)
    throw new OperatorError('SETTINGS_INVALID', [
      'DATABASE_URL and BATCHLINE_URL are both set; batchline work takes one: the database to work on, or the server to work for.',
    ]);
  if (databaseUrl !== undefined) return workOnDatabase(config, log);
  if (workerUrl !== undefined) return workForServer(config, workerUrl, log);
  throw new OperatorError('SETTINGS_INVALID', [
    'DATABASE_URL and BATCHLINE_URL are missing; one of them is accepted: the PostgreSQL to work on, or the address of a server to work for. The embedded database has one process, batchline serve; workers beside it need BATCHLINE_URL.',
  ]);
}

async function workOnDatabase(config: Config, log: Logger): Promise<Working> {
  const { names, stop } = await startWorkerNode(config, log);
  return { place: 'on the database', names, ended: new Promise(() => undefined), stop };
}

async function workForServer(config: Config, url: string, log: Logger): Promise<Working> {
  const { workerToken: token, handlers } = config;
  const notFound = [
    ...(token === undefined
      ? ['BATCHLINE_TOKEN is missing; a token with the scope worker is accepted (batchline token create).']
      : []),
    ...(handlers.length === 0 ? ['BATCHLINE_HANDLERS is missing; a module or folder is accepted.'] : []),
  ];
  if (token === undefined || notFound.length > 0) throw new OperatorError('SETTINGS_INVALID', notFound);
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
  return { place: `for ${url}`, names: registry.names(), ended: worker.ended, stop: () => worker.stop() };
}
