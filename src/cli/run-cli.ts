import { CommanderError } from 'commander';
import { RequestError } from '../core/errors.ts';
import { OPERATOR_CODES, type OperatorCode, OperatorError } from '../core/operator-error.ts';
import { completionsOf } from './completion.ts';
import { printError } from './output.ts';
import { createProgram } from './program.ts';
import { type ExitCode, exitCodeOf } from './usage.ts';

/** SQLSTATE of PostgreSQL for a right that the role lacks. */
const INSUFFICIENT_PRIVILEGE = '42501';

const EXIT_CODE_OF_USAGE = OPERATOR_CODES.USAGE_INVALID;

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
        // The first line is the error; a suggestion may follow.
        outputError: (message, write) =>
          write(withCode(message.replace(/^error: /, 'batchline: '), 'USAGE_INVALID')),
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

/** Prints an error: one line for each problem that the user can correct, or a stack if there is none. */
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

/** Appends the code to the first line of a text. */
function withCode(text: string, code: OperatorCode): string {
  return text.replace(/$/m, ` [${code}]`);
}

/** The error as the operator's; `undefined` if it is not one. */
function operatorErrorOf(error: unknown): OperatorError | undefined {
  if (error instanceof OperatorError) return error;
  const { message, code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new OperatorError(
      'ADDRESS_IN_USE',
      'The address is in use. Stop the process that listens there, or set PORT.',
      error,
    );
  if (code === 'EMFILE' || code === 'ENFILE')
    return new OperatorError(
      'OPEN_FILES_LIMIT',
      'Too many files are open; raise the limit (ulimit -n, or LimitNOFILE in systemd).',
      error,
    );
  if (code === INSUFFICIENT_PRIVILEGE)
    return new OperatorError(
      'DATABASE_PRIVILEGE_MISSING',
      `DATABASE_URL: the role lacks a privilege (${message}); make it the owner of the database and of its schemas batchline and batchline_data.`,
      error,
    );
  if (syscall === 'listen' || syscall === 'getaddrinfo')
    return new OperatorError(
      'ADDRESS_INVALID',
      `HOST and PORT name no address to listen on: ${message}.`,
      error,
    );
  return undefined;
}

/** True if a server, or the code that a server would run, refused the call. By name, so that no client is loaded. */
function isRefusal(error: unknown): error is Error {
  return error instanceof RequestError || ['Refused', 'CallRefused'].includes((error as Error).name);
}
