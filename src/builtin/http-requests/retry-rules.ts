import { AddressRefused } from '../../core/ssrf-guard.ts';
import type { OutgoingRequest } from './send.ts';

/** The longest that a server may ask to wait with Retry-After, in seconds. A longer wish ends the tries. */
export const LONGEST_RETRY_AFTER = 300;

const LONGEST_BACKOFF = 60;
const WORTH_ANOTHER_TRY = new Set([408, 425, 429, 500, 502, 503, 504]);
/** Answers that say that the request was not carried out. */
const NOT_CARRIED_OUT = new Set([425, 429, 503]);
/** Failures before anything was sent. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Failures that every try would meet. */
const HOPELESS = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_NOT_SUPPORTED',
]);
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** What a try came to: an answer's status, or an error. */
export type TryOutcome = { readonly status: number } | { readonly error: unknown };

/**
 * Whether a request is worth another try. A POST or PATCH is tried again only where it was certainly not
 * carried out, or where its `Idempotency-Key` lets the other side tell a repetition.
 */
export function isWorthAnotherTry(request: OutgoingRequest, outcome: TryOutcome): boolean {
  const repeatable = REPEATABLE.has(request.method) || request.headers['idempotency-key'] !== undefined;
  if ('status' in outcome) {
    return (repeatable ? WORTH_ANOTHER_TRY : NOT_CARRIED_OUT).has(outcome.status);
  }
  if (outcome.error instanceof AddressRefused) return false;
  const code = (outcome.error as NodeJS.ErrnoException).code ?? '';
  return repeatable ? !HOPELESS.has(code) : NEVER_SENT.has(code);
}

/**
 * Seconds that a Retry-After header asks to wait, from a number of seconds or a date.
 *
 * @returns `undefined` where there is no such header, or it is neither
 */
export function retryAfterSeconds(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text);
  // An HTTP date begins with the day of the week; anything else that Date takes is not one.
  const at = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now.getTime()) / 1000);
}

/**
 * Seconds before a try: doubled each time, with half of it left to chance so that tries spread.
 *
 * @param failed how many tries have failed
 * @param base seconds before the second try
 * @param chance a number in [0, 1)
 */
export function backoffSeconds(failed: number, base: number, chance: number): number {
  const full = Math.min(LONGEST_BACKOFF, base * 2 ** (failed - 1));
  return full / 2 + (full / 2) * chance;
}
