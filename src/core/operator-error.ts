/**
 * The code of each error that an operator can correct, with the exit code of the program. Scripts match on them: add,
 * never rename. docs/reference/errors.md lists them. `satisfies` keeps the exit codes to those of `EXIT_CODES`.
 */
export const OPERATOR_CODES = {
  ADDRESS_IN_USE: 1,
  ADDRESS_INVALID: 1,
  ARCHIVE_INVALID: 5,
  DATABASE_DAMAGED: 8,
  DATABASE_EXISTS: 5,
  DATABASE_INCOMPLETE: 8,
  DATABASE_IN_USE: 5,
  DATABASE_MISSING: 5,
  DATABASE_MOVED: 1,
  DATABASE_NOT_EMBEDDED: 5,
  DATABASE_PRIVILEGE_MISSING: 8,
  DATABASE_UNREACHABLE: 1,
  DATABASE_UNSUPPORTED: 8,
  DATA_FOLDER_IN_USE: 1,
  DATA_FOLDER_UNUSABLE: 8,
  FILES_UNREACHABLE: 1,
  FILE_EXISTS: 5,
  HANDLERS_INVALID: 1,
  MIGRATION_BLOCKED: 1,
  MOVE_MISMATCH: 1,
  MOVE_TARGET_IN_USE: 1,
  MOVE_UNFINISHED: 1,
  OPEN_FILES_LIMIT: 8,
  SCHEMA_TOO_NEW: 1,
  SERVER_UNREACHABLE: 6,
  SETTINGS_INVALID: 1,
  USAGE_INVALID: 2,
} as const satisfies Readonly<Record<string, 1 | 2 | 5 | 6 | 8>>;

/** A code of an operator's error. */
export type OperatorCode = keyof typeof OPERATOR_CODES;

/**
 * An error that the operator of a server, or the user of the command line, can correct: a setting, the data folder, the
 * database, an argument. The command line prints it without a stack.
 */
export class OperatorError extends Error {
  readonly code: OperatorCode;
  /** How the program ends. */
  readonly exitCode: (typeof OPERATOR_CODES)[OperatorCode];
  /** Each says what is wrong and what to do, in one line; `message` joins them. */
  readonly problems: readonly string[];

  /** @param problems what is wrong and what to do; an array if several things are wrong at once */
  constructor(code: OperatorCode, problems: string | readonly string[], cause?: unknown) {
    const lines = typeof problems === 'string' ? [problems] : problems;
    super(lines.join('\n'), cause === undefined ? {} : { cause });
    this.name = 'OperatorError';
    this.code = code;
    this.exitCode = OPERATOR_CODES[code];
    this.problems = lines;
  }
}

/** True if it is an operator's error with this code. */
export function hasOperatorCode(error: unknown, code: OperatorCode): error is OperatorError {
  return error instanceof OperatorError && error.code === code;
}
