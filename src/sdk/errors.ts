import { inspect, types } from 'node:util';
import { stdSerializers } from 'pino';
import { RequestError } from '../core/errors.ts';
import { Message, message, type Text } from '../core/message.ts';
import { boundedText, MAX_ERROR_LENGTH } from '../core/run-texts.ts';

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Why a run was told to end. */
export type RunEndReason = 'stopped' | 'shutdown' | 'lost' | 'waiting' | 'failed';

/** The reason of `signal`, and what a call of a run throws that has lost its task or waits for its children. */
export class RunEnded extends Error {
  readonly reason: RunEndReason;

  constructor(reason: RunEndReason) {
    super(
      {
        stopped: 'The task was stopped.',
        shutdown: 'The server is stopping.',
        lost: 'This run no longer holds the task.',
        failed: 'The run has failed by an error that its code has not caught.',
        waiting: 'The task waits for its children; it has another run when they have ended.',
      }[reason],
    );
    this.name = 'RunEnded';
    this.reason = reason;
  }
}

/** An error whose text can be a `message`, so that the task's Result is told to each reader in their language. */
export class TaskError extends Error {
  readonly text: Text;

  constructor(text: Text, options?: ErrorOptions) {
    super(String(text), options);
    this.name = 'TaskError';
    this.text = text;
  }
}

/** An error that no retry would mend: the task fails at once, whatever its retries. */
export class PermanentError extends TaskError {
  constructor(text: Text, options?: ErrorOptions) {
    super(text, options);
    this.name = 'PermanentError';
  }
}

/** Maximum depth of causes, and number of errors of an AggregateError, in a description. */
const MAX_DEPTH = 8;
const MAX_ERRORS = 20;

/** Options with which `inspect` calls none of the value's code. */
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
 * Describes any thrown value: the message of an error (as a `Message` if it is one of ours) with
 * its causes and the errors of an AggregateError, the fields of any other object. Cut to `MAX_ERROR_LENGTH`. Never throws.
 */
export function failureText(thrown: unknown): Text {
  try {
    return boundedText(described(thrown, 0), MAX_ERROR_LENGTH);
  } catch {
    return `The run has thrown ${kindOf(thrown)} that can't be described.`;
  }
}

/** Returns whether a retry can't help. True for a RequestError, which means that the input is wrong. Never throws. */
export function isPermanent(thrown: unknown): boolean {
  return isA(thrown, PermanentError) || isA(thrown, RequestError);
}

/** Returns the error if a logger can print it, else an error with its description. Never throws. */
export function loggableError(thrown: unknown): Error {
  if (isA(thrown, Error)) {
    try {
      if (JSON.stringify(stdSerializers.err(thrown)).length <= MAX_ERROR_LENGTH) return thrown;
    } catch {
      // The value's code throws; the description below says so.
    }
  }
  const error = new Error(String(failureText(thrown)));
  delete error.stack; // this function's, which would mislead
  return error;
}

/** Returns whether a value is an instance of a class; false for a Proxy, whose code would be called. */
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

function headOf(error: Error): Text {
  if (isA(error, RequestError) || isA(error, TaskError)) {
    const text = read(error, 'text');
    if (isA(text, Message) || typeof text === 'string') return text;
  }
  const text = read(error, 'message');
  if (typeof text === 'string' && text !== '') return text;
  if (text === UNREADABLE) return `${nameOf(error)}, whose message can't be read`;
  return text === '' || text === undefined ? nameOf(error) : `${nameOf(error)}: ${inspect(text, INSPECTION)}`;
}

/** The errors of an AggregateError and the cause, unless the text already contains them. */
function detailsOf(error: Error, head: string, depth: number): string {
  if (depth >= MAX_DEPTH) return '';
  const parts: string[] = [];
  const errors = read(error, 'errors');
  if (Array.isArray(errors) && !types.isProxy(errors) && errors.length > 0) {
    const texts = errors.slice(0, MAX_ERRORS).map((one) => String(described(one, depth + 1)));
    const more = errors.length > MAX_ERRORS ? `; and ${errors.length - MAX_ERRORS} more` : '';
    parts.push(`errors: ${texts.join('; ')}${more}`);
  }
  const cause = read(error, 'cause');
  if (cause !== undefined && cause !== null && cause !== UNREADABLE) {
    const text = String(described(cause, depth + 1));
    if (!head.includes(text)) parts.push(`caused by: ${text}`);
  }
  return parts.join('; ');
}

const UNREADABLE = Symbol('unreadable');

function read(error: Error, property: 'message' | 'name' | 'cause' | 'errors' | 'text'): unknown {
  try {
    return (error as { [name in typeof property]?: unknown })[property];
  } catch {
    return UNREADABLE;
  }
}

function nameOf(error: Error): string {
  const name = read(error, 'name');
  return typeof name === 'string' && name !== '' ? name : 'Error';
}

function kindOf(thrown: unknown): string {
  return types.isProxy(thrown) ? 'a Proxy' : `a value of the type ${typeof thrown}`;
}
