import { BackgroundJob, type BackgroundJobOptions } from '../core/background-job.ts';
import type { PubSub } from '../db/pubsub.ts';

/** Maximum random extension of the interval in other processes, as a share of it, so that one of them is first if the leader stops. */
const SPREAD = 0.25;

/** Options of a background job that one process runs for all. */
export interface SharedJobOptions extends BackgroundJobOptions {
  readonly intervalMs: number;
  readonly signals: PubSub;
  /** Returns true if this process must run a round now. */
  readonly isUrgent?: () => boolean;
}

/**
 * Creates a background job whose rounds serve all processes on the database. A process announces each round that it has run,
 * and the others skip theirs for slightly more than the interval. So one process runs all rounds without an election; if it
 * stops or its signals are lost, another one takes over. Concurrent rounds of two processes must be harmless.
 */
export function sharedJob({ signals, isUrgent = () => false, ...options }: SharedJobOptions): BackgroundJob {
  let notBefore = 0;
  signals.subscribe((signal) => {
    if (signal.kind === 'round' && signal.job === options.name)
      notBefore = performance.now() + options.intervalMs * (1 + SPREAD * Math.random());
  });
  const job = new BackgroundJob({
    ...options,
    async run(signal) {
      const waitMs = notBefore - performance.now();
      if (waitMs > 0 && !isUrgent()) {
        job.wakeIn(waitMs);
        return;
      }
      await options.run(signal);
      signals.publish({ kind: 'round', job: options.name });
    },
  });
  return job;
}
