import {
  type AttemptError,
  boundedError,
  MAX_COMBINED_ERRORS,
  MAX_ERROR_DEPTH,
  MAX_NESTED_ERRORS,
  omittedErrors,
} from '../core/attempt.ts';
import { problemOf } from '../core/run-texts.ts';
import { arrayOf, failureText, headOf, isA, kindOf, nameOf, read, UNREADABLE } from './errors.ts';

const described = Symbol('The description that another thread made');

/** Attaches the description of an error of another thread to the error that replaces it in this thread. */
export function withDescription<E extends Error>(error: E, description: AttemptError | undefined): E {
  return description === undefined ? error : Object.defineProperty(error, described, { value: description });
}

/**
 * Describes any thrown value with its class, message and stack, its causes, and the errors of an AggregateError, within
 * the limits of stored errors. Never throws.
 */
export function attemptErrorOf(thrown: unknown): AttemptError {
  try {
    return boundedError(describe(thrown, 0, { left: MAX_NESTED_ERRORS }));
  } catch (error) {
    const message = `The run threw ${kindOf(thrown)} that can't be described: ${problemOf(error)}`;
    return { class: null, message, stack: null };
  }
}

/** @param budget the remaining number of nested errors, because an error can contain itself */
function describe(thrown: unknown, depth: number, budget: { left: number }): AttemptError {
  if (!isA(thrown, Error)) return { class: null, message: String(failureText(thrown)), stack: null };
  const original = (thrown as { [described]?: AttemptError })[described];
  if (original !== undefined) return original;
  const error = { class: classOf(thrown), message: String(headOf(thrown)), stack: framesOf(thrown) };
  // Describes one level beyond the limit, so that `boundedError` notes the omission.
  if (depth > MAX_ERROR_DEPTH) return error;
  const nested = (one: unknown): AttemptError => describe(one, depth + 1, budget);
  const cause = read(thrown, 'cause');
  const hasCause = cause !== undefined && cause !== null && cause !== UNREADABLE && budget.left > 0;
  if (hasCause) budget.left -= 1;
  const all = arrayOf(thrown, 'errors');
  const errors = all.slice(0, Math.min(MAX_COMBINED_ERRORS, budget.left));
  budget.left -= errors.length;
  return {
    ...error,
    message: error.message + omittedErrors(all.length, errors.length),
    ...(hasCause ? { cause: nested(cause) } : {}),
    ...(errors.length > 0 ? { errors: errors.map(nested) } : {}),
  };
}

/** Returns the class of an error: its `name`, or that of its constructor if the class doesn't set `name`. */
function classOf(error: Error): string {
  const name = nameOf(error);
  if (name !== 'Error') return name;
  const make = read(error, 'constructor');
  const own = typeof make === 'function' ? read(make, 'name') : undefined;
  return typeof own === 'string' && own !== '' ? own : name;
}

/** Returns the frames of the stack, without the message, which may be long. */
function framesOf(error: Error): string | null {
  const stack = read(error, 'stack');
  if (typeof stack !== 'string') return null;
  const frames = /^\s+at /m.exec(stack);
  return frames === null ? null : stack.slice(frames.index);
}
