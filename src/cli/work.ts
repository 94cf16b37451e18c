import { ConfigError, readConfig } from '../config.ts';
import { loadHandlers } from '../engine/load-handlers.ts';
import { Registry } from '../engine/registry.ts';
import { openLog } from '../log.ts';
import { createWorker } from '../workers/index.ts';
import { untilSignal } from './until-signal.ts';
import { UsageError } from './usage.ts';

/** Runs one's own definitions for a server elsewhere, until SIGINT or SIGTERM; a second one ends it at once. */
export async function work(args: readonly string[]): Promise<number> {
  if (args.length > 0)
    throw new UsageError(
      `work takes no arguments, but there is "${args[0]}"; settings come from the environment`,
    );
  const config = readConfig(process.env);
  const { workerUrl: url, workerToken: token, handlers } = config;
  const missing = [
    ...(url === undefined ? ['BATCHLINE_URL is missing; the address of a server is accepted.'] : []),
    ...(token === undefined
      ? ['BATCHLINE_TOKEN is missing; a token with the scope worker is accepted (batchline token create).']
      : []),
    ...(handlers.length === 0 ? ['BATCHLINE_HANDLERS is missing; a module or folder is accepted.'] : []),
  ];
  if (url === undefined || token === undefined || missing.length > 0) throw new ConfigError(missing);
  const registry = new Registry(config.leaseSeconds);
  await loadHandlers(registry, handlers);
  const worker = createWorker({
    url,
    token,
    tasks: registry.all().map((one) => one.definition),
    concurrency: config.concurrency,
    graceSeconds: config.graceSeconds,
    log: openLog(config.logLevel),
  });
  const signalled = untilSignal();
  await worker.start();
  console.log(`Working for ${url}: ${registry.names().join(', ')}`);
  if ((await Promise.race([signalled, worker.ended])) === 'signalled') {
    console.log('Stopping: running tasks end or are handed back. Once more ends at once.');
    await worker.stop();
  }
  console.log('Stopped.');
  return 0;
}
