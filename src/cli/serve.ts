import type { Logger } from 'pino';
import { type Config, logRenamedSettings, readConfig } from '../config.ts';
import { OperatorError } from '../core/errors.ts';
import { openLog, VERSION } from '../logger.ts';
import type { Server } from '../server.ts';
import { type ExitCode, STOPPING, untilSignal } from './output.ts';

// The server and the worker are loaded after the settings are read: invalid ones are reported at once.

/**
 * `batchline serve`: starts the server and stops it on SIGINT or SIGTERM. A second signal ends the process immediately.
 *
 * @param options `worker` is false if the server must not run tasks
 */
export async function serve({ worker: runs }: { readonly worker: boolean }): Promise<ExitCode> {
  const config = readConfig(process.env);
  const log = openLog(config.logLevel);
  logRenamedSettings(config, log);
  const signalled = untilSignal();
  const { startServer } = await import('../server.ts');
  const server = await startServer(config, log, { runs });
  void server.database.crashed?.then((error) => {
    console.error(
      `The database failed: ${error.message}. Correct the problem and restart; no acknowledged change is lost.`,
    );
    process.exit(1); // A failed database can't be closed: it no longer responds.
  });
  console.log(greeting(server, config));
  if (!runs)
    console.log('\nThis server runs no tasks. Start batchline work, or workers that connect over HTTP.');
  await signalled;
  console.log(STOPPING);
  await server.stop();
  console.log('Stopped.');
  return 0;
}

/** Returns the text printed after the start: the address, the first login, and three commands to try. */
function greeting({ url, firstAdministrator }: Server, { admin, signIn }: Config): string {
  const lines = [`Batchline is ready at ${url}`];
  if (!signIn.passwords) {
    if (firstAdministrator !== undefined)
      lines.push('', `  Administrator:  ${firstAdministrator.login} (signs in at the OIDC provider)`);
    return lines.join('\n');
  }
  if (firstAdministrator?.generatedPassword !== undefined) {
    lines.push(
      '',
      `  Administrator:  ${firstAdministrator.login}`,
      `  Password:       ${firstAdministrator.generatedPassword}   (shown only once; save it)`,
    );
  }
  const login = firstAdministrator?.login ?? admin?.login ?? 'LOGIN';
  const user = `-u '${login}:${firstAdministrator?.generatedPassword ?? 'PASSWORD'}'`;
  const json = `-H 'Content-Type: application/json'`;
  lines.push(
    '',
    'Try, in another terminal:',
    `  curl ${user} ${json} -d '{"Name":"countdown","ParameterObject":{"seconds":"60"}}' ${url}/api/v1/BatchTask`,
    `  curl ${user} ${url}/api/v1/BatchTask/1`,
    `  curl ${user} -X POST ${url}/api/v1/BatchTask/1/Stop`,
  );
  return lines.join('\n');
}

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
  const { startWorker } = await import('../server.ts');
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
  const { loadHandlers, Registry } = await import('../queue/registry.ts');
  const { createWorker } = await import('../sdk/index.ts');
  const registry = new Registry(config.leaseSeconds);
  await loadHandlers(registry, handlers);
  const worker = createWorker({
    url,
    token,
    tasks: registry.all().map((one) => one.definition),
    concurrency: config.concurrency,
    graceSeconds: config.graceSeconds,
    version: VERSION,
    log,
  });
  await worker.start();
  return { source: url, names: registry.names(), ended: worker.ended, stop: () => worker.stop() };
}
