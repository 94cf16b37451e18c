import { type RetryOptions, retry } from '../core/retry.ts';

/** True if the database undid a transaction because of others, so a retry may succeed: serialization failure, deadlock. */
export function isRetryableTransactionError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === '40001' || code === '40P01';
}

/** Delays are entirely random, so that transactions that have blocked each other do not meet again. */
const TRANSACTION_RETRIES: RetryOptions = {
  firstMs: 4,
  maxMs: 250,
  jitter: 1,
  attempts: 30,
  isRetryable: isRetryableTransactionError,
};

/**
 * Repeats a whole transaction, or a statement that is one, while the database asks for it.
 * Everything that it does outside the database must be idempotent.
 *
 * @throws the last error, after thirty attempts
 */
export function retrying<T>(work: () => Promise<T>): Promise<T> {
  return retry(work, TRANSACTION_RETRIES);
}
