import { CommanderError } from 'commander';
import { OPERATOR_CODES, type OperatorCode, OperatorError, RequestError } from '../core/errors.ts';
import { type Candidate, type ListNames, listCompletions } from './completion.ts';
import { everyCommand } from './declare.ts';
import { type ExitCode, escapeControls, exitCodeOf, printError } from './output.ts';
import { createProgram } from './program.ts';

/** SQLSTATE insufficient_privilege. */
const INSUFFICIENT_PRIVILEGE = '42501';

const EXIT_CODE_OF_USAGE = OPERATOR_CODES.USAGE_INVALID;

/** Runs a command line. Prints errors and returns the exit code. */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = createProgram((ended) => {
    code = ended;
  });
  if (args[0] === '__complete' || args[0] === '__describe') {
    for (const { word, description } of await listCompletions(program, args.slice(1), listNames))
      console.log(args[0] === '__describe' && description !== '' ? `${word}\t${oneLine(description)}` : word);
    return 0;
  }
  try {
    for (const command of everyCommand(program))
      command.exitOverride().configureOutput({
        // The first line is the error; a suggestion can follow.
        outputError: (message, write) =>
          write(withCode(message.replace(/^error: /, 'batchline: '), 'USAGE_INVALID')),
      });
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return report(error);
  }
}

/**
 * Lists names for completion. A server or database that can't be asked has none: the shell shows nothing, since a message
 * would land in the command line that is being typed.
 */
const listNames: ListNames = async (kind, context): Promise<readonly Candidate[]> => {
  const load = ['cell', 'tenant'].includes(kind)
    ? async () => (await import('./local/cells.ts')).listCellNames
    : async () => (await import('./remote/names.ts')).listNames;
  try {
    return await (await load())(kind, context);
  } catch {
    return [];
  }
};

function oneLine(text: string): string {
  return escapeControls(text.replace(/\s+/g, ' '));
}

/** Prints one line for each problem that the user can correct, and a stack for all other errors. */
async function report(error: unknown): Promise<ExitCode> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODE_OF_USAGE; // Commander has printed it.
  const known = operatorErrorOf(error);
  if (known !== undefined) {
    for (const problem of known.problems) printError(withCode(problem, known.code));
    return known.exitCode;
  }
  if (isRefusal(error)) printError(error.message);
  else console.error('batchline:', (await import('../logger.ts')).stackOf(error));
  return exitCodeOf(error);
}

/** Appends the code to the first line. */
function withCode(text: string, code: OperatorCode): string {
  return text.replace(/$/m, ` [${code}]`);
}

/** Converts errors of Node.js and PostgreSQL that an operator can correct; returns `undefined` for others. */
function operatorErrorOf(error: unknown): OperatorError | undefined {
  if (error instanceof OperatorError) return error;
  const { message, code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new OperatorError(
      'ADDRESS_IN_USE',
      'The address is in use. Stop the process that listens on it, or set PORT.',
      error,
    );
  if (code === 'EMFILE' || code === 'ENFILE')
    return new OperatorError(
      'OPEN_FILES_LIMIT',
      'Too many open files. Raise the limit (ulimit -n, or LimitNOFILE in systemd).',
      error,
    );
  if (code === INSUFFICIENT_PRIVILEGE)
    return new OperatorError(
      'DATABASE_PRIVILEGE_MISSING',
      `DATABASE_URL: the role lacks a privilege (${message}). Make it the owner of the database and of its schemas batchline and batchline_data (or those of BATCHLINE_SCHEMA).`,
      error,
    );
  if (syscall === 'listen' || syscall === 'getaddrinfo')
    return new OperatorError(
      'ADDRESS_INVALID',
      `HOST and PORT are not an address that the server can listen on: ${message}.`,
      error,
    );
  return undefined;
}

/** True if the server or a service rejected the call. Compares names so that the client isn't loaded. */
function isRefusal(error: unknown): error is Error {
  return error instanceof RequestError || ['Refused', 'CallRefused'].includes((error as Error).name);
}
