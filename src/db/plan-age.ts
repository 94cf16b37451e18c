/** Maximum age of the plans of a session. */
const MAX_AGE_MS = 1000;

/** Discards all plans of a session. Its statements remain prepared. */
export const DISCARD_PLANS = 'discard plans';

/**
 * The age of the plans of a session. A plan is chosen by the sizes of its tables. One that was made for an empty table reads
 * the whole table, and PostgreSQL would keep it until the next ANALYZE: forever in the embedded database, which has no
 * autovacuum. So a session discards its plans every second, which costs less than a thousandth of its time
 * (docs/decisions/0032-plans-for-a-second.md).
 */
export class PlanAge {
  /** When the session began to keep plans; `undefined` if it has none. */
  #since: number | undefined;
  #usedAt = Number.NEGATIVE_INFINITY;

  /** Returns true if the plans are too old. The caller must discard them then. */
  expire(): boolean {
    const now = performance.now();
    const isExpired = this.#since !== undefined && now - this.#since >= MAX_AGE_MS;
    if (isExpired || this.#since === undefined) this.#since = now;
    return isExpired;
  }

  /** Notes a statement. Returns true if it is the only one in a second, so that discarding plans for it costs more than it saves. */
  isIdle(): boolean {
    const now = performance.now();
    const isIdle = now - this.#usedAt >= MAX_AGE_MS;
    this.#usedAt = now;
    return isIdle;
  }
}
