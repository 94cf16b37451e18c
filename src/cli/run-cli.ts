import { CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import { completionsOf } from './completion.ts';
import { type ExitCode, exitCodeOf } from './exit-codes.ts';
import { printError } from './output.ts';
import { createProgram } from './program.ts';
import { UsageError } from './usage.ts';

/** Errors whose message says what is wrong with a setting, an argument or a call, and what to do; by name, so that none is loaded. */
const TOLD_IN_ONE_LINE: ReadonlySet<string> = new Set([
  'HandlerModuleError',
  'FolderInUse',
  'FolderUnusable',
  'TooFewFileHandles',
  'DatabaseIncomplete',
  'DatabaseDamaged',
  'RestoreRefused',
  'CommandRefused',
  'DatabaseUnreachable',
  'DatabaseUnfit',
  'SchemaTooNew',
  'MigrationBlocked',
  'MoveRefused',
  'FilesUnreachable',
  'Refusal',
  'Refused',
  'CallRefused',
]);

/** SQLSTATE of PostgreSQL for a right that the role lacks. */
const INSUFFICIENT_PRIVILEGE = '42501';

/** Runs a command line. @returns how the program ends */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = createProgram((ended) => {
    code = ended;
  });
  if (args[0] === '__complete') {
    for (const word of completionsOf(program, args.slice(1))) console.log(word);
    return 0;
  }
  try {
    for (const command of everyCommand(program))
      command.exitOverride().configureOutput({
        outputError: (message, write) => write(message.replace(/^error: /, 'batchline: ')),
      });
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return report(error);
  }
}

function everyCommand(command: ReturnType<typeof createProgram>): (typeof command)[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

/** Tells an error: one line for what the user can mend, everything for what not. */
async function report(error: unknown): Promise<ExitCode> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // Commander has told it.
  const { name, message, code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof UsageError) {
    printError(message);
    return 2;
  }
  if (error instanceof ConfigError) for (const problem of error.problems) printError(problem);
  else if (name === 'ServerUnreachable') {
    printError(message);
    return 6;
  } else if (TOLD_IN_ONE_LINE.has(name)) printError(message);
  else if (code === 'EADDRINUSE')
    printError('The address is in use. Stop the process that listens there, or set PORT.');
  else if (code === 'EMFILE' || code === 'ENFILE') {
    printError('Too many files are open; raise the limit (ulimit -n, or LimitNOFILE in systemd).');
    return 8;
  } else if (code === INSUFFICIENT_PRIVILEGE) {
    printError(
      `DATABASE_URL: the role lacks a right (${message}); make it the owner of the database and of its schemas batchline and batchline_data.`,
    );
    return 8;
  } else if (syscall === 'listen' || syscall === 'getaddrinfo')
    printError(`HOST and PORT name no address to listen on: ${message}.`);
  else console.error('batchline:', (await import('../log.ts')).stackOf(error));
  return exitCodeOf(error);
}
