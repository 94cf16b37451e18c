import type { AttemptError } from './attempt.ts';
import { invalid } from './errors.ts';
import { type Message, message, storable, type Text } from './message.ts';
import type { StoredState } from './task-state.ts';

/** The number and the delays of retries after failed and lost runs. */
export interface RetryPolicy {
  /** Maximum number of retries after failures. */
  readonly limit: number;
  /** Maximum number of retries after the process of a run was lost. */
  readonly lostLimit: number;
  /** Seconds before the first retry. */
  readonly delay: number;
  /** Multiplier of the delay for each further retry; 1 keeps it constant. */
  readonly factor: number;
  /** Maximum delay in seconds, before jitter. */
  readonly maxDelay: number;
}

/** The default policy: no retries after failures, three after lost runs. */
export const DEFAULT_RETRY: RetryPolicy = { limit: 0, lostLimit: 3, delay: 1, factor: 2, maxDelay: 300 };

/** Maximum number of retries of a policy. */
export const MAX_RETRIES = 1_000_000;
/** Maximum delay of a policy in seconds: a year. */
export const MAX_RETRY_DELAY = 365 * 86_400;
/** Maximum factor of a policy. */
export const MAX_RETRY_FACTOR = 1000;

/** Jitter extends a delay by up to this share, so that runs that fail together are not retried together. */
const JITTER = 0.25;

/**
 * Returns the seconds until the next retry, or `undefined` if the limit is reached. Jitter adds up to a quarter to the
 * policy's delay.
 *
 * @param failures failed runs, including this one: 1 or more
 * @param jitter a number in [0, 1)
 */
export function nextDelay(policy: RetryPolicy, failures: number, jitter: number): number | undefined {
  if (failures > policy.limit) return undefined;
  // After a thousand failures the factor's power is Infinity, and 0 * Infinity is NaN.
  const backoff = policy.delay === 0 ? 0 : policy.delay * policy.factor ** (failures - 1);
  return Math.min(policy.maxDelay, backoff, MAX_RETRY_DELAY) * (1 + JITTER * jitter);
}

/** Describes the first invalid property of a policy, in English; `undefined` if all are valid. */
export function retryProblem(policy: RetryPolicy): string | undefined {
  const { limit, lostLimit, delay, factor, maxDelay } = policy;
  for (const [name, count] of Object.entries({ limit, lost: lostLimit })) {
    if (!Number.isInteger(count) || count < 0 || count > MAX_RETRIES)
      return `${name} is ${count}; a whole number from 0 to ${MAX_RETRIES} is accepted`;
  }
  for (const [name, seconds] of Object.entries({ delay, maxDelay })) {
    if (!(seconds >= 0 && seconds <= MAX_RETRY_DELAY))
      return `${name} is ${seconds}; seconds from 0 to ${MAX_RETRY_DELAY} are accepted`;
  }
  if (!(factor >= 0 && factor <= MAX_RETRY_FACTOR))
    return `factor is ${factor}; a number from 0 to ${MAX_RETRY_FACTOR} is accepted`;
  return undefined;
}

/** The outcome of a run. */
export type RunOutcome =
  | { readonly kind: 'returned'; readonly result: Text }
  | {
      readonly kind: 'failed';
      readonly message: Text;
      readonly permanent: boolean;
      /** The whole error, for the record of the attempt; without it the message is recorded. */
      readonly error?: AttemptError | undefined;
      /** Seconds until the retry; overrides the delay of the definition. */
      readonly delaySeconds?: number | undefined;
    }
  /** The server or the worker shut down before the run had ended. */
  | { readonly kind: 'interrupted'; readonly by?: 'server' | 'worker' }
  /** The process was lost. */
  | { readonly kind: 'lost'; readonly nodeId: string };

/** The transition of a task that follows from the outcome of its run. */
export interface Resolution {
  readonly outcome: RunOutcome['kind'];
  readonly to: StoredState;
  /** The new Result; `null` keeps the current one. */
  readonly result: Text | null;
  readonly failures: number;
  readonly losses: number;
  /** Seconds until the next run; `null` if there is none. */
  readonly delaySeconds: number | null;
  /** The reason in the audit trail. */
  readonly reason: Message;
  /** The error that ended the attempt. */
  readonly error?: AttemptError | undefined;
}

const SUCCEEDED = message`The run succeeded.`;

/**
 * Decides the transition of a task whose run has ended: succeeded, failed, or another run. A pending stop request overrides
 * the decision when it is written.
 *
 * @param before numbers of failed and lost runs before this one
 * @param jitter a number in [0, 1) that spreads retries
 */
export function decideOutcome(
  outcome: RunOutcome,
  policy: RetryPolicy,
  before: { readonly failures: number; readonly losses: number },
  jitter: number,
): Resolution {
  const { failures, losses } = before;
  switch (outcome.kind) {
    case 'returned':
      return {
        outcome: outcome.kind,
        to: 'Succeeded',
        result: outcome.result,
        failures,
        losses,
        delaySeconds: null,
        reason: SUCCEEDED,
      };
    case 'interrupted':
      return {
        outcome: outcome.kind,
        to: 'New',
        result: null,
        failures,
        losses,
        delaySeconds: 0,
        reason:
          outcome.by === 'worker'
            ? message`Returned to the queue by its worker.`
            : message`Returned to the queue: the server shut down.`,
      };
    case 'failed': {
      const planned = outcome.permanent ? undefined : nextDelay(policy, failures + 1, jitter);
      const delay = planned === undefined ? undefined : (outcome.delaySeconds ?? planned);
      const counts = {
        outcome: outcome.kind,
        result: outcome.message,
        failures: failures + 1,
        losses,
        error: outcome.error ?? { class: null, message: String(outcome.message), stack: null },
      };
      if (delay === undefined)
        return { ...counts, to: 'Failed', delaySeconds: null, reason: message`The run failed.` };
      return {
        ...counts,
        to: 'New',
        delaySeconds: delay,
        reason: message`Run ${failures + 1} of at most ${policy.limit + 1} failed; the next one is due in ${delay.toFixed(1)} s.`,
      };
    }
    case 'lost': {
      const counts = { outcome: outcome.kind, failures, losses: losses + 1 };
      if (losses + 1 <= policy.lostLimit) {
        return {
          ...counts,
          to: 'New',
          result: null,
          delaySeconds: 0,
          reason: message`Worker ${outcome.nodeId} was lost.`,
        };
      }
      const result = message`The worker was lost ${losses + 1} times while running this task; it is not retried.`;
      return {
        ...counts,
        to: 'Failed',
        result,
        delaySeconds: null,
        reason: message`Worker ${outcome.nodeId} was lost.`,
      };
    }
  }
}

/** Maximum length of a Result, in UTF-16 code units; longer ones are truncated. */
export const MAX_RESULT_LENGTH = 1_048_576;
/** Maximum length of an error's text, in UTF-16 code units; longer ones are truncated. */
export const MAX_ERROR_LENGTH = 65_536;
/** Maximum length of a checkpoint as JSON, in UTF-16 code units; longer ones are rejected. */
export const MAX_CHECKPOINT_LENGTH = 1_048_576;
/** Maximum length of a line in a task's log, in UTF-16 code units; longer ones are truncated. */
export const MAX_LOG_LINE_LENGTH = 4000;

/** Any escape in JSON; escapes of characters that jsonb or UTF-8 can't store are matched whole. */
const JSON_ESCAPE = /\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g;
const UNSTORABLE_ESCAPE = /^\\u(?:0000|d)/;

/**
 * Makes a text storable: NUL and lone surrogates become U+FFFD, and a text over the limit is truncated, with a note of both
 * lengths at its end.
 */
export function boundedText(text: Text, limit: number): Text {
  const plain = String(text);
  if (plain.length <= limit) return storable(text);
  const note = ` … (cut: ${plain.length} characters, at most ${limit} are kept)`;
  // Does not split a surrogate pair.
  const kept = plain.slice(0, limit - note.length).replace(/[\uD800-\uDBFF]$/, '');
  return storable(kept) + note;
}

/**
 * Serializes a checkpoint as JSON. NUL and lone surrogates in its texts become U+FFFD.
 *
 * @throws RequestError (invalid) if the value is not JSON or is too long
 */
export function checkpointJson(value: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    throw invalid`The checkpoint can't be serialized as JSON: ${problemOf(error)}.`;
  }
  if (json === undefined)
    throw invalid`The checkpoint can't be serialized as JSON: ${`it is ${nounOf(value)}`}.`;
  if (json.length > MAX_CHECKPOINT_LENGTH)
    throw invalid`The checkpoint is ${json.length} characters of JSON; at most ${MAX_CHECKPOINT_LENGTH} are accepted.`;
  return json.replace(JSON_ESCAPE, (found) => (UNSTORABLE_ESCAPE.test(found) ? '\\ufffd' : found));
}

/** Returns the type of a value with its article, for messages: `a function`, `undefined`, `an object`. */
export function nounOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}

/** Returns the message of an error without a full stop. Never throws, even if the error's own code does. */
export function problemOf(error: unknown): string {
  try {
    const text = error instanceof Error ? error.message : String(error);
    return storable(String(text)).slice(0, 500).replace(/\.$/, '');
  } catch {
    return 'its own code throws an error without a text';
  }
}
