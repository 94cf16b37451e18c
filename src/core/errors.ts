import { type Message, type MessageValue, message } from './message.ts';

/** What kind of refusal an error is; the HTTP layer maps each to a status and an `ErrorType`. */
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
 * A request that is refused for a reason the caller can act on. The message says what is wrong, where, and
 * what would be accepted. Nothing has changed when it is thrown.
 */
export class RequestError extends Error {
  readonly kind: RequestErrorKind;
  /** The message with its values apart; `message` is the same in English. */
  readonly text: Message;
  /** After how many seconds it may be tried again, where that is known. */
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

/** Bad input: a 400. A tag, as are all of these: `` throw invalid`Id is ${id}; …` `` */
export const invalid = refusal('invalid');
/** The body can't be parsed in its format: a 400 as well. */
export const malformed = refusal('malformed');
/** Nobody is signed in, or not well enough: a 401. */
export const unauthenticated = refusal('unauthenticated');
/** The caller may see it but not do it: a 403. */
export const forbidden = refusal('forbidden');
/** There is no such thing, or the caller may not see it: a 404. */
export const notFound = refusal('notFound');
/** The path exists but does not support this method: a 405. */
export const methodNotAllowed = refusal('methodNotAllowed');
/** No answer in a format that the caller accepts: a 406. */
export const unacceptable = refusal('unacceptable');
/** The state of the thing does not allow it: a 409. */
export const conflict = refusal('conflict');
/** It was deleted for good: a 410. */
export const gone = refusal('gone');
/** A condition that the caller set does not hold: a 412. */
export const precondition = refusal('precondition');
/** The part of a file that is asked for is not there: a 416. */
export const unsatisfiable = refusal('unsatisfiable');
/** The body is in a format that is not read: a 415. */
export const unsupported = refusal('unsupported');
/** The content is larger than is accepted: a 413. */
export const oversized = refusal('oversized');
/** Too many failed sign-ins: a 429 that says when to try again, in whole seconds. */
export function rateLimited(retryAfter: number): RequestError {
  const text = message`Too many failed sign-ins; try again in ${retryAfter} seconds.`;
  return new RequestError('rateLimited', text, retryAfter);
}
/** Too many requests of one caller: a 429 that says when to try again, in whole seconds. */
export function overloaded(retryAfter: number): RequestError {
  return new RequestError(
    'rateLimited',
    message`Too many requests; try again in ${retryAfter} seconds.`,
    retryAfter,
  );
}
/** Something that the server depends on does not answer: a 503 that says when to try again, in whole seconds. */
export function unavailable(text: Message, retryAfter: number): RequestError {
  return new RequestError('unavailable', text, retryAfter);
}
