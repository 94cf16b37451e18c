import { logRenamedSettings, readConfig } from '../config.ts';
import { openLog } from '../logger.ts';
import { type Server, startServer } from '../server.ts';
import type { ExitCode } from './usage.ts';
import { untilSignal } from './usage.ts';

/** Starts the server and resolves when it has been stopped by SIGINT or SIGTERM; a second one ends it at once. @param worker whether it runs tasks too */
export async function serve({ worker: runs }: { readonly worker: boolean }): Promise<ExitCode> {
  const config = readConfig(process.env);
  const log = openLog(config.logLevel);
  logRenamedSettings(config, log);
  const signalled = untilSignal();
  const server = await startServer(config, log, { runs });
  void server.database.lost?.then((error) => {
    console.error(
      `The database has given up: ${error.message}. Mend that and start again; what was acknowledged is there.`,
    );
    process.exit(1); // it answers nothing more, not even to be closed
  });
  console.log(greeting(server, config.admin === undefined ? undefined : config.admin.login));
  if (!runs) console.log('\nTasks run elsewhere: in batchline work, or in workers over HTTP.');
  await signalled;
  console.log('Stopping: running tasks end or are handed back. Once more ends at once.');
  await server.stop();
  console.log('Stopped.');
  return 0;
}

/** What the start prints: the address, the first login, and three commands to try. */
function greeting({ url, firstAdministrator }: Server, adminLogin: string | undefined): string {
  const lines = [`Batchline is ready at ${url}`];
  if (firstAdministrator?.generatedPassword !== undefined) {
    lines.push(
      '',
      `  Administrator:  ${firstAdministrator.login}`,
      `  Password:       ${firstAdministrator.generatedPassword}   (shown this once; keep it)`,
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
