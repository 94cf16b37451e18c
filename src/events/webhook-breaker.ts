/** Identifies the deliveries of one tenant to one server. */
export interface Target {
  /** Empty for webhooks that are bound to no tenant. */
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
const LONGEST_PAUSE_MS = 300_000;

interface Entry {
  readonly target: Target;
  failures: number;
  pauseMs: number;
  /** When it may be tried again; 0 while it is closed. */
  openUntil: number;
}

/**
 * A circuit breaker for each target, so that one that does not answer costs one connection now and then. Tenants have
 * separate breakers: failures of one at a shared server do not affect the deliveries of others. For each target it is
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

  /** The targets that are not closed. */
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
    if (entry.openUntil > 0) entry.pauseMs = Math.min(entry.pauseMs * 2, LONGEST_PAUSE_MS);
    entry.openUntil = now + entry.pauseMs;
  }
}

function keyOf({ tenant, origin }: Target): string {
  return JSON.stringify([tenant, origin]);
}
