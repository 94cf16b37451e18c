import { inspect, types } from 'node:util';
import { stdSerializers } from 'pino';
import {
  type AttemptError,
  boundedError,
  MAX_COMBINED_ERRORS,
  MAX_ERROR_DEPTH,
  MAX_NESTED_ERRORS,
  omittedErrors,
} from '../core/attempt.ts';
import { RequestError } from '../core/errors.ts';
import { Message, message, type Text } from '../core/message.ts';
import { boundedText, MAX_ERROR_LENGTH, problemOf } from '../core/run-outcome.ts';

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The reason for canceling a run. */
export type RunEndReason = 'stopped' | 'shutdown' | 'lost' | 'waiting' | 'failed';

/** The reason of `ctx.signal`. Also thrown by calls of a run that has lost its lease or waits for its children. */
export class RunEnded extends Error {
  readonly reason: RunEndReason;

  constructor(reason: RunEndReason) {
    super(
      {
        stopped: 'The task was stopped.',
        shutdown: 'The server is shutting down.',
        lost: 'This run has lost its lease on the task.',
        failed: 'The run failed because of an unhandled error.',
        waiting: 'The task waits for its children and runs again when they have ended.',
      }[reason],
    );
    this.name = 'RunEnded';
    this.reason = reason;
  }
}

/** An error whose text can be a `message`, so that the task's Result is translated for each reader. */
export class TaskError extends Error {
  readonly text: Text;

  constructor(text: Text, options?: ErrorOptions) {
    super(String(text), options);
    this.name = 'TaskError';
    this.text = text;
  }
}

/** An error that a retry can't fix: the task fails at once, even if retries are left. */
export class PermanentError extends TaskError {
  constructor(text: Text, options?: ErrorOptions) {
    super(text, options);
    this.name = 'PermanentError';
  }
}

/** Options that keep `inspect` from calling the value's own code. */
const INSPECTION = {
  showProxy: true,
  customInspect: false,
  getters: false,
  depth: 4,
  breakLength: Number.POSITIVE_INFINITY,
  compact: true,
  maxStringLength: 10_000,
} as const;

/**
 * Describes any thrown value: the message of an error (a `Message` for a TaskError or a RequestError) with its causes and
 * the errors of an AggregateError, or the fields of any other object. Truncated to `MAX_ERROR_LENGTH`. Never throws.
 */
export function failureText(thrown: unknown): Text {
  try {
    return boundedText(described(thrown, 0), MAX_ERROR_LENGTH);
  } catch {
    return `The run threw ${kindOf(thrown)} that can't be described.`;
  }
}

/** Returns true if a retry can't help: after a PermanentError, and a RequestError, whose input is invalid. Never throws. */
export function isPermanent(thrown: unknown): boolean {
  return isA(thrown, PermanentError) || isA(thrown, RequestError);
}

/** Returns the error if a logger can print it, or else a new error with its description. Never throws. */
export function loggableError(thrown: unknown): Error {
  if (isA(thrown, Error)) {
    try {
      if (JSON.stringify(stdSerializers.err(thrown)).length <= MAX_ERROR_LENGTH) return thrown;
    } catch {
      // A getter or toJSON of the error throws; failureText below does not call them.
    }
  }
  const error = new Error(String(failureText(thrown)));
  delete error.stack; // it would point here instead of to the handler
  return error;
}

/** Returns true if a value is an instance of a class; false for any Proxy, because `instanceof` would call its traps. */
export function isA<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  return !types.isProxy(value) && value instanceof type;
}

function described(thrown: unknown, depth: number): Text {
  if (typeof thrown === 'string') return thrown;
  if (!isA(thrown, Error)) return inspect(thrown, INSPECTION);
  const head = headOf(thrown);
  const details = detailsOf(thrown, String(head), depth);
  if (details === '') return head;
  return head instanceof Message ? message`${head} (${details})` : `${head} (${details})`;
}

/** The text of an error alone, without its causes. */
export function headOf(error: Error): Text {
  if (isA(error, RequestError) || isA(error, TaskError)) {
    const text = read(error, 'text');
    if (isA(text, Message) || typeof text === 'string') return text;
  }
  const text = read(error, 'message');
  if (typeof text === 'string' && text !== '') return text;
  if (text === UNREADABLE) return `${nameOf(error)}, whose message can't be read`;
  return text === '' || text === undefined ? nameOf(error) : `${nameOf(error)}: ${inspect(text, INSPECTION)}`;
}

/** Describes the errors of an AggregateError and the cause, unless `head` already contains it. */
function detailsOf(error: Error, head: string, depth: number): string {
  if (depth >= MAX_ERROR_DEPTH) return '';
  const parts: string[] = [];
  const errors = arrayOf(error, 'errors');
  if (errors.length > 0) {
    const texts = errors.slice(0, MAX_COMBINED_ERRORS).map((one) => String(described(one, depth + 1)));
    const more =
      errors.length > MAX_COMBINED_ERRORS ? `; and ${errors.length - MAX_COMBINED_ERRORS} more` : '';
    parts.push(`errors: ${texts.join('; ')}${more}`);
  }
  const cause = read(error, 'cause');
  if (cause !== undefined && cause !== null && cause !== UNREADABLE) {
    const text = String(described(cause, depth + 1));
    if (!head.includes(text)) parts.push(`caused by: ${text}`);
  }
  return parts.join('; ');
}

/** Stands for a property whose getter throws. */
export const UNREADABLE = Symbol('unreadable');

/** A property of an error, or `UNREADABLE`. */
export function read(error: object, property: string): unknown {
  try {
    return (error as Record<string, unknown>)[property];
  } catch {
    return UNREADABLE;
  }
}

/** A property that is an array; empty for anything else. */
export function arrayOf(error: Error, property: string): readonly unknown[] {
  const value = read(error, property);
  return Array.isArray(value) && !types.isProxy(value) ? value : [];
}

/** The name of an error. */
export function nameOf(error: Error): string {
  const name = read(error, 'name');
  return typeof name === 'string' && name !== '' ? name : 'Error';
}

/** The type of a thrown value in words. */
export function kindOf(thrown: unknown): string {
  return types.isProxy(thrown) ? 'a Proxy' : `a value of the type ${typeof thrown}`;
}

const DESCRIPTION = Symbol('The description that another thread made');

/** Attaches the description of an error of another thread to the error that replaces it in this thread. */
export function withDescription<E extends Error>(error: E, description: AttemptError | undefined): E {
  return description === undefined
    ? error
    : Object.defineProperty(error, DESCRIPTION, { value: description });
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
  const original = (thrown as { [DESCRIPTION]?: AttemptError })[DESCRIPTION];
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
