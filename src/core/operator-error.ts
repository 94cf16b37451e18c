/**
 * Codes of errors that an operator can correct, with the exit code of the program. Scripts match on them: add codes, never
 * rename them. docs/reference/errors.md lists them.
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
 * An error that the operator of a server, or the user of the command line, can correct, such as a wrong setting or an
 * unreachable database. The command line prints it without a stack trace.
 */
export class OperatorError extends Error {
  readonly code: OperatorCode;
  /** Exit code of the program. */
  readonly exitCode: (typeof OPERATOR_CODES)[OperatorCode];
  /** One line per problem, with its correction; `message` joins them. */
  readonly problems: readonly string[];

  /** @param problems the problem and its correction in one line; an array for several problems */
  constructor(code: OperatorCode, problems: string | readonly string[], cause?: unknown) {
    const lines = typeof problems === 'string' ? [problems] : problems;
    super(lines.join('\n'), cause === undefined ? {} : { cause });
    this.name = 'OperatorError';
    this.code = code;
    this.exitCode = OPERATOR_CODES[code];
    this.problems = lines;
  }
}

/** True if the error is an OperatorError with this code. */
export function hasOperatorCode(error: unknown, code: OperatorCode): error is OperatorError {
  return error instanceof OperatorError && error.code === code;
}
