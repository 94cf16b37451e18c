/** Identifies the deliveries of one tenant to one server. */
export interface Target {
  /** Empty for webhooks that are not bound to a tenant. */
  readonly tenant: string;
  /** Scheme, host and port. */
  readonly origin: string;
}

/** The allowed concurrency of some targets; all others have the default. */
export interface TargetLimit extends Target {
  readonly max: number;
}

/** Consecutive failures after which the circuit opens. */
const FAILURES = 5;
const FIRST_PAUSE_MS = 30_000;
const MAX_PAUSE_MS = 300_000;

interface Entry {
  readonly target: Target;
  failures: number;
  pauseMs: number;
  /** End of the pause; 0 if the circuit is closed. */
  openUntil: number;
}

/**
 * A circuit breaker for each target, so that an unresponsive target only costs an occasional connection. Tenants have
 * separate breakers, so that failures of one at a shared server do not affect the deliveries of others. The states are
 *
 * - *closed*: deliveries are sent. Leads to *open* after 5 failures in a row.
 * - *open*: nothing is sent, and no attempt is counted. Leads to *half open* after 30 s, doubled each time up to 5 min.
 * - *half open*: one delivery is sent. Leads to *closed* if it succeeds, to *open* if not.
 */
export class TargetBreaker {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;

  /** @param now a monotonic clock, in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Returns the limits of the targets whose circuit is not closed. */
  limits(): TargetLimit[] {
    return [...this.#entries.values()]
      .filter(({ openUntil }) => openUntil > 0)
      .map(({ target, openUntil }) => ({ ...target, max: openUntil > this.#now() ? 0 : 1 }));
  }

  /** Records a success: the target works, even if it rejected this delivery. */
  succeeded(target: Target): void {
    this.#entries.delete(keyOf(target));
  }

  /** Records a failure: the target did not respond, or reported a failure of its server. */
  failed(target: Target): void {
    const key = keyOf(target);
    const entry = this.#entries.get(key) ?? { target, failures: 0, pauseMs: FIRST_PAUSE_MS, openUntil: 0 };
    this.#entries.set(key, entry);
    entry.failures += 1;
    const now = this.#now();
    // Deliveries that were in flight when it opened do not open it again.
    if (entry.failures < FAILURES || entry.openUntil > now) return;
    if (entry.openUntil > 0) entry.pauseMs = Math.min(entry.pauseMs * 2, MAX_PAUSE_MS);
    entry.openUntil = now + entry.pauseMs;
  }
}

function keyOf({ tenant, origin }: Target): string {
  return JSON.stringify([tenant, origin]);
}
