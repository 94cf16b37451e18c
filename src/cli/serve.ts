import { readConfig } from '../config.ts';
import { openLog } from '../log.ts';
import { type Server, startServer } from '../server.ts';
import { untilSignal } from './until-signal.ts';
import { UsageError } from './usage.ts';

/** Starts the server and resolves when it has been stopped by SIGINT or SIGTERM; a second one ends it at once. */
export async function serve(args: readonly string[]): Promise<number> {
  if (args.length > 0)
    throw new UsageError(
      `serve takes no arguments, but there is "${args[0]}"; settings come from the environment`,
    );
  const config = readConfig(process.env);
  const log = openLog(config.logLevel);
  const signalled = untilSignal();
  const server = await startServer(config, log);
  console.log(greeting(server, config.admin === undefined ? undefined : config.admin.login));
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
