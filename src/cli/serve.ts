import { logRenamedSettings, readConfig } from '../config.ts';
import { openLog } from '../logger.ts';
import { type Server, startServer } from '../server.ts';
import { type ExitCode, STOPPING, untilSignal } from './usage.ts';

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
  const server = await startServer(config, log, { runs });
  void server.database.crashed?.then((error) => {
    console.error(
      `The database failed: ${error.message}. Correct the problem and restart; no acknowledged change is lost.`,
    );
    process.exit(1); // A failed database can't be closed: it no longer responds.
  });
  console.log(greeting(server, config.admin === undefined ? undefined : config.admin.login));
  if (!runs)
    console.log('\nThis server runs no tasks. Start batchline work, or workers that connect over HTTP.');
  await signalled;
  console.log(STOPPING);
  await server.stop();
  console.log('Stopped.');
  return 0;
}

/** Returns the text printed after the start: the address, the first login, and three commands to try. */
function greeting({ url, firstAdministrator }: Server, adminLogin: string | undefined): string {
  const lines = [`Batchline is ready at ${url}`];
  if (firstAdministrator?.generatedPassword !== undefined) {
    lines.push(
      '',
      `  Administrator:  ${firstAdministrator.login}`,
      `  Password:       ${firstAdministrator.generatedPassword}   (shown only once; save it)`,
    );
  }
  const login = firstAdministrator?.login ?? adminLogin ?? 'LOGIN';
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
