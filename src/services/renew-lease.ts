import type { Caller } from '../core/caller.ts';
import type { PubSub } from '../db/pubsub.ts';
import { renewLeases } from '../db/queries/renew-leases.ts';
import { afterCommit } from '../db/transaction.ts';
import type { TaskDeps } from './context.ts';
import { checkedProgressText, type LastProgress } from './end-lease.ts';
import { type Lease, withLease } from './leases.ts';

/** What a worker learns from a sign of life. */
export interface RenewedLease {
  /** Who has asked to stop the task and when, in words; `null` where the run is to go on. */
  readonly stopNote: string | null;
  /** How long the lease is from now on; after a stop it is not renewed any more. */
  readonly leaseSeconds: number;
}

/**
 * Renews a lease and writes the progress, then waits, where that is asked for, so that a stop is heard at once;
 * the lease is renewed once more after the wait. A task that is to stop keeps the lease that it has: that is the
 * time its run gets to end.
 *
 * @param waitSeconds at most a third of the lease is waited
 * @param over aborted when nobody hears the answer any more, or the server stops
 * @throws RequestError (conflict) where the lease is over, (invalid) where the text can't be kept
 */
export async function renewLease(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  given: LastProgress,
  waitSeconds: number,
  over: AbortSignal,
): Promise<RenewedLease> {
  const progress = { ...given, text: checkedProgressText(given.text, parts.textLimits) };
  // Listening begins before the look, so that no stop falls between them.
  const stop = listenForStop(parts.database.signals, lease.taskId);
  try {
    const renewed = await renewOnce(parts, caller, lease, progress);
    const waitMs = Math.min(waitSeconds, renewed.leaseSeconds / 3) * 1000;
    if (renewed.stopNote !== null || waitMs <= 0) return renewed;
    await stop.heard(waitMs, over);
    return over.aborted ? renewed : await renewOnce(parts, caller, lease, {});
  } finally {
    stop.end();
  }
}

async function renewOnce(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  progress: LastProgress,
): Promise<RenewedLease> {
  return withLease(parts, caller, lease, async (trx, { task, stopNote }) => {
    const definition = await parts.definitions.find(task.name, trx);
    const leaseSeconds = definition?.leaseSeconds ?? 0;
    if (stopNote !== null || definition === undefined) return { stopNote, leaseSeconds };
    await renewLeases(trx, [
      {
        ...lease,
        leaseSeconds,
        progressPercent: progress.percent === undefined ? null : Math.trunc(progress.percent),
        progressDescription: progress.text ?? null,
      },
    ]);
    const after = afterCommit(trx);
    if (progress.percent !== undefined || progress.text !== undefined)
      after.publish({ kind: 'progress', taskIds: [lease.taskId] });
    if (progress.percent !== undefined && task.parentId !== null)
      after.publish({ kind: 'children', parentIds: [task.parentId] });
    return { stopNote: null, leaseSeconds };
  });
}

interface StopListener {
  /** Resolves when the task is to stop or was taken away, or when the time is over. */
  heard(ms: number, over: AbortSignal): Promise<void>;
  end(): void;
}

function listenForStop(signals: PubSub, taskId: number): StopListener {
  const heard = Promise.withResolvers<void>();
  const unsubscribe = signals.subscribe((signal) => {
    if (signal.kind === 'stop' && signal.taskId === taskId) heard.resolve();
  });
  return {
    async heard(ms, over) {
      if (over.aborted) return;
      const timer = setTimeout(heard.resolve, ms);
      over.addEventListener('abort', () => heard.resolve(), { once: true });
      await heard.promise;
      clearTimeout(timer);
    },
    end: unsubscribe,
  };
}
