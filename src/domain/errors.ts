/** What kind of refusal an error is; the HTTP layer maps each to a status and an `ErrorType`. */
export type RefusalKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'precondition';

/**
 * A request that is refused for a reason the caller can act on. The message says what is wrong, where, and
 * what would be accepted. Nothing has changed when it is thrown.
 */
export class Refusal extends Error {
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind, message: string) {
    super(message);
    this.name = 'Refusal';
    this.kind = kind;
  }
}

/** Bad input: a 400. */
export const invalid = (message: string): Refusal => new Refusal('invalid', message);
/** Nobody is signed in, or not well enough: a 401. */
export const unauthenticated = (message: string): Refusal => new Refusal('unauthenticated', message);
/** The caller may see it but not do it: a 403. */
export const forbidden = (message: string): Refusal => new Refusal('forbidden', message);
/** There is no such thing, or the caller may not see it: a 404. */
export const missing = (message: string): Refusal => new Refusal('missing', message);
/** The state of the thing does not allow it: a 409. */
export const conflict = (message: string): Refusal => new Refusal('conflict', message);
/** A condition that the caller set does not hold: a 412. */
export const precondition = (message: string): Refusal => new Refusal('precondition', message);
