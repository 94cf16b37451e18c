import { BackgroundJob, type BackgroundJobOptions } from '../core/background-job.ts';
import type { PubSub } from '../db/pubsub.ts';

/** Part of the interval that the other processes wait longer, at random, so that one of them is first if the leader stops. */
const SPREAD = 0.25;

/** A background job that one process does for all. */
export interface SharedJobOptions extends BackgroundJobOptions {
  readonly intervalMs: number;
  readonly signals: PubSub;
  /** True if this process knows of a reason for a round of its own now. */
  readonly isUrgent?: () => boolean;
}

/**
 * A background job whose rounds serve every process on the database. The process that has done a round announces it, and the
 * others skip theirs for a little longer than the interval. So one process does all rounds, without an election: if it
 * stops, or its signals are lost, another one follows. Two that do a round at the same time must not disturb each other.
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
