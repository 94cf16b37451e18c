import { ConfigError } from '../config.ts';
import { Refusal } from '../domain/errors.ts';
import { HandlerModuleError } from '../engine/load-handlers.ts';
import { FilesUnreachable } from '../files/files-unreachable.ts';
import { stackOf } from '../log.ts';
import { FolderInUse, FolderUnusable } from '../store/embedded/folder-lock.ts';
import { MigrationBlocked } from '../store/migrations/migrate.ts';
import { SchemaTooNew } from '../store/migrations/unknown-migrations.ts';
import { MoveRefused } from '../store/move/move-state.ts';
import { DatabaseUnfit, DatabaseUnreachable } from '../store/postgres/database-errors.ts';
import { CallRefused } from '../workers/index.ts';
import { appCommand } from './app.ts';
import { moveCommand } from './move.ts';
import { serve } from './serve.ts';
import { settingsHelp } from './settings-help.ts';
import { tokenCommand } from './token.ts';
import { UsageError } from './usage.ts';
import { userCommand } from './user.ts';
import { work } from './work.ts';

const USAGE = `batchline: a self-hosted batch-task server

  batchline serve                        start the server
      [--no-worker]                      without running tasks: other processes do
  batchline work                         run tasks without an API: on the database at DATABASE_URL, or the
                                         definitions of BATCHLINE_HANDLERS for the server at BATCHLINE_URL
  batchline user add LOGIN               make an associate; asks for the password on standard input
      [--role administrator|viewer]      may be given twice
      [--name NAME] [--tenant SERIAL]
  batchline user list
  batchline token create LOGIN           make an API token and print it, once
      [--name NAME] [--scope read|write|admin|worker] [--days N]
      [--definition NAME]                with --scope worker: what the worker runs; may be given often
  batchline token list
  batchline token revoke ID
  batchline app add NAME                 register an application and print its SO-AppToken, once
      [--scope read|write|admin]         limits its calls; may be given several times
  batchline app list
  batchline app remove ID
  batchline move --to postgres://…       move everything of the embedded database into an empty PostgreSQL
      [--json]
  batchline move --forget                use the embedded database again all the same
  batchline settings                     every setting, its default and its meaning
  batchline help

user, token and app open the database themselves: with the embedded one, stop the server first, or use its API.`;

/** Errors whose message says what is wrong with a setting or an argument, and what to do. */
const TOLD_IN_ONE_LINE = [
  HandlerModuleError,
  FolderInUse,
  FolderUnusable,
  DatabaseUnreachable,
  DatabaseUnfit,
  SchemaTooNew,
  MigrationBlocked,
  FilesUnreachable,
  MoveRefused,
  Refusal,
  CallRefused,
];

/** Runs a command line. @returns the exit code: 0 done, 1 failed, 2 wrong usage */
export async function runCli(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  try {
    switch (command) {
      case 'serve':
        return await serve(rest);
      case 'work':
        return await work(rest);
      case 'user':
        return await userCommand(rest);
      case 'token':
        return await tokenCommand(rest);
      case 'app':
        return await appCommand(rest);
      case 'move':
        return await moveCommand(rest);
      case 'settings':
        console.log(settingsHelp());
        return 0;
      case 'help':
      case '--help':
      case '-h':
        console.log(USAGE);
        return 0;
      default:
        throw new UsageError(
          command === undefined ? 'a command is missing' : `there is no command "${command}"`,
        );
    }
  } catch (error) {
    return report(error);
  }
}

/** Tells an error: one line for what the user can mend, everything for what not. */
function report(error: unknown): number {
  if (error instanceof UsageError || isParseArgsError(error)) {
    console.error(`batchline: ${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (error instanceof ConfigError)
    for (const problem of error.problems) console.error(`batchline: ${problem}`);
  else if (TOLD_IN_ONE_LINE.some((kind) => error instanceof kind)) {
    console.error(`batchline: ${(error as Error).message}`);
  } else if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    console.error('batchline: the address is in use. Stop what listens there, or set PORT.');
  } else if (['listen', 'getaddrinfo'].includes((error as NodeJS.ErrnoException).syscall ?? '')) {
    console.error(`batchline: HOST and PORT name no address to listen on: ${(error as Error).message}.`);
  } else console.error('batchline:', stackOf(error));
  return 1;
}

function isParseArgsError(error: unknown): boolean {
  return String((error as { code?: unknown }).code ?? '').startsWith('ERR_PARSE_ARGS');
}
