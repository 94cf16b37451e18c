import { type Message, type MessageValue, message } from './message.ts';

/** The kind of a refusal; the HTTP layer maps each to a status and an `ErrorType`. */
export type RequestErrorKind =
  | 'invalid'
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'notFound'
  | 'methodNotAllowed'
  | 'unacceptable'
  | 'conflict'
  | 'gone'
  | 'precondition'
  | 'unsatisfiable'
  | 'unsupported'
  | 'oversized'
  | 'rateLimited'
  | 'unavailable';

/**
 * Codes of refusals that clients distinguish from others of their kind. They are part of the wire: add, never rename.
 * docs/reference/errors.md lists them; any other refusal has the code of its kind.
 */
export const ERROR_CODES = [
  'task_not_found',
  'definition_not_found',
  'illegal_transition',
  'task_running',
  'children_unfinished',
  'idempotency_key_reused',
  'idempotency_key_gone',
  'ids_exhausted',
  'lease_not_found',
  'lease_over',
] as const;
/** A code of a refusal. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * A refusal: an error that the caller can correct. Its message says which value is invalid and what is accepted. Throw it
 * before anything is changed.
 */
export class RequestError extends Error {
  readonly kind: RequestErrorKind;
  /** The translatable message; `message` is its English text. */
  readonly text: Message;
  /** Seconds until a retry may succeed; `undefined` if unknown. */
  readonly retryAfter: number | undefined;
  #code: ErrorCode | undefined;

  constructor(kind: RequestErrorKind, text: Message, retryAfter?: number) {
    super(text.toString());
    this.name = 'Refusal';
    this.kind = kind;
    this.text = text;
    this.retryAfter = retryAfter;
  }

  /** More specific than the code of the kind; `undefined` if there is none. */
  get code(): ErrorCode | undefined {
    return this.#code;
  }

  /** Sets the code. */
  withCode(code: ErrorCode): this {
    this.#code = code;
    return this;
  }
}

type RequestErrorTag = (parts: TemplateStringsArray, ...values: (MessageValue | Date)[]) => RequestError;

const refusal =
  (kind: RequestErrorKind): RequestErrorTag =>
  (parts, ...values) =>
    new RequestError(kind, message(parts, ...values));

/** Invalid input: a 400. A template tag, as are the others: `` throw invalid`Id is ${id}; …` `` */
export const invalid = refusal('invalid');
/** The body can't be parsed in its format: a 400. */
export const malformed = refusal('malformed');
/** Missing or invalid credentials: a 401. */
export const unauthenticated = refusal('unauthenticated');
/** The caller lacks the right: a 403. */
export const forbidden = refusal('forbidden');
/** The resource does not exist, or the caller may not see it: a 404. */
export const notFound = refusal('notFound');
/** The path does not support the method: a 405. */
export const methodNotAllowed = refusal('methodNotAllowed');
/** No response in a format that the caller accepts: a 406. */
export const unacceptable = refusal('unacceptable');
/** The state of the resource does not allow the change: a 409. */
export const conflict = refusal('conflict');
/** The resource was deleted: a 410. */
export const gone = refusal('gone');
/** A precondition of the request failed: a 412. */
export const precondition = refusal('precondition');
/** The requested range is not in the file: a 416. */
export const unsatisfiable = refusal('unsatisfiable');
/** The body has an unsupported media type: a 415. */
export const unsupported = refusal('unsupported');
/** The content is too large: a 413. */
export const oversized = refusal('oversized');
/** Too many failed sign-ins: a 429 with the seconds until a retry, a whole number. */
export function rateLimited(retryAfter: number): RequestError {
  const text = message`Too many failed sign-ins; try again in ${retryAfter} seconds.`;
  return new RequestError('rateLimited', text, retryAfter);
}
/** Too many requests of one caller: a 429 with the seconds until a retry, a whole number. */
export function overloaded(retryAfter: number): RequestError {
  return new RequestError(
    'rateLimited',
    message`Too many requests; try again in ${retryAfter} seconds.`,
    retryAfter,
  );
}
/** A dependency of the server is unreachable: a 503 with the seconds until a retry, a whole number. */
export function unavailable(text: Message, retryAfter: number): RequestError {
  return new RequestError('unavailable', text, retryAfter);
}

/**
 * Codes of errors that an operator can correct, with the exit code of the program. Scripts match on them: add codes, never
 * rename them. docs/reference/errors.md lists them.
 */
export const OPERATOR_CODES = {
  ADDRESS_IN_USE: 1,
  ADDRESS_INVALID: 1,
  ARCHIVE_INVALID: 5,
  CELL_REFUSED: 1,
  CREDENTIALS_INVALID: 1,
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
