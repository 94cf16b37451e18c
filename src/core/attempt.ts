import { storable } from './message.ts';

/** The error that ended an attempt. Its texts come from the worker and are not translated. */
export interface AttemptError {
  /** The class of the error, for example `TypeError`; null if the worker did not report one. */
  readonly class: string | null;
  readonly message: string;
  /** The stack trace, in the format of the worker's language; null if there is none. */
  readonly stack: string | null;
  /** The error that caused it. */
  readonly cause?: AttemptError | undefined;
  /** The errors that an AggregateError combines. */
  readonly errors?: readonly AttemptError[] | undefined;
}

/** The outcomes of attempts, with their numbers in the database. */
export const AttemptOutcome = {
  Succeeded: 1,
  Failed: 2,
  /** A client or a parent asked to stop the task. */
  Stopped: 3,
  /** The lease expired: the worker was lost. */
  Expired: 4,
  /** The worker returned the task to the queue. */
  HandedBack: 5,
  /** The task waits for its children; another attempt continues it. */
  Waiting: 6,
} as const;

/** The name of an outcome. */
export type AttemptOutcomeName = keyof typeof AttemptOutcome;

/** Maximum length of all texts of an error with its causes, in UTF-16 code units. */
export const MAX_ATTEMPT_ERROR_LENGTH = 524_288;
/** Maximum length of one stack. */
const MAX_STACK_LENGTH = 32_768;
/** Maximum length of the name of a class. */
const MAX_CLASS_LENGTH = 200;
/** Maximum depth of causes and combined errors. */
export const MAX_ERROR_DEPTH = 8;
/** Maximum number of combined errors on one level. */
export const MAX_COMBINED_ERRORS = 20;
/** Maximum number of causes and combined errors in all. */
export const MAX_NESTED_ERRORS = 100;

const NAMES = new Map(
  Object.entries(AttemptOutcome).map(([name, number]) => [number as number, name as AttemptOutcomeName]),
);

/** Returns the name of a stored outcome. */
export function attemptOutcomeOf(number: number): AttemptOutcomeName {
  const name = NAMES.get(number);
  if (name === undefined) throw new Error(`Unknown outcome of an attempt: ${number}.`);
  return name;
}

/**
 * Returns an error that can be stored: NUL and lone surrogates become U+FFFD, and texts over the limits are cut, with a note of the
 * length. Causes and combined errors that are too deep or too many are omitted, with a note in the message.
 */
export function boundedError(error: AttemptError): AttemptError {
  return bounded(error, 0, { length: MAX_ATTEMPT_ERROR_LENGTH, errors: MAX_NESTED_ERRORS });
}

/** The remaining length and number of nested errors. */
interface Budget {
  length: number;
  errors: number;
}

function bounded(error: AttemptError, depth: number, budget: Budget): AttemptError {
  const mayNest = depth < MAX_ERROR_DEPTH && budget.errors > 0;
  const all = error.errors ?? [];
  const cause = mayNest ? error.cause : undefined;
  if (cause !== undefined) budget.errors -= 1;
  const errors = mayNest ? all.slice(0, Math.min(MAX_COMBINED_ERRORS, budget.errors)) : [];
  budget.errors -= errors.length;
  const note = cause === error.cause ? omittedErrors(all.length, errors.length) : ' (causes omitted)';
  // Reserves half of the remaining length for the causes.
  const share = cause === undefined && errors.length === 0 ? budget.length : budget.length / 2;
  const message = cut(error.message, Math.max(share - note.length, MAX_CLASS_LENGTH)) + note;
  const stack = error.stack === null ? null : cut(error.stack, Math.min(MAX_STACK_LENGTH, share));
  budget.length = Math.max(0, budget.length - message.length - (stack?.length ?? 0));
  return {
    class: error.class === null ? null : cut(error.class, MAX_CLASS_LENGTH),
    message,
    stack,
    ...(cause === undefined ? {} : { cause: bounded(cause, depth + 1, budget) }),
    ...(errors.length === 0 ? {} : { errors: errors.map((one) => bounded(one, depth + 1, budget)) }),
  };
}

/** Returns the note to append to a message if some combined errors were omitted. */
export function omittedErrors(all: number, kept: number): string {
  return all > kept ? ` (${all - kept} of ${all} errors omitted)` : '';
}

function cut(text: string, limit: number): string {
  const kept =
    text.length <= limit
      ? text
      : `${text.slice(0, Math.max(0, Math.trunc(limit) - 60))} … (cut: ${text.length} characters)`;
  return storable(kept);
}
