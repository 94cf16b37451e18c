import { dueTimes, type Timing } from './cron.ts';

/** Policies for due times that passed while no server was running. */
export const MISSED_RUNS = ['Skip', 'Once', 'All'] as const;
/** `Skip` starts no task for missed due times, `Once` one task for all of them, `All` one task each, up to a limit. */
export type MissedRuns = (typeof MISSED_RUNS)[number];

/** Maximum number of missed due times that a schedule can start tasks for. */
export const MAX_MISSED_RUNS = 100;

/** Maximum number of tasks that one firing of a schedule starts; the next firing continues. */
const MAX_RUNS = 1000;

/** The policy of a schedule for missed due times. */
export interface MissedPolicy {
  readonly missedRuns: MissedRuns;
  /** Maximum number of tasks for missed due times if `missedRuns` is `All`. */
  readonly missedLimit: number;
}

/** The last period in which no server checked the schedules. */
export interface Downtime {
  readonly from: Date;
  readonly to: Date;
}

/** The tasks that a schedule starts now, and its next due time. */
export interface Firing {
  /** The due times to start a task for, in order. */
  readonly due: readonly Date[];
  /** The next due time; null if there is none. */
  readonly nextRun: Date | null;
}

/**
 * Decides the due times to start a task for now. A due time is missed only if no server was running then; otherwise its
 * task is started, even if late.
 *
 * @param nextRun the first undecided due time
 * @param downtime the last period without a server; `undefined` if there was none
 * @throws Error if the cron expression is malformed
 */
export function runsToStart(
  timing: Timing,
  policy: MissedPolicy,
  nextRun: Date,
  now: Date,
  downtime?: Downtime,
): Firing {
  const limit = policy.missedRuns === 'All' ? policy.missedLimit : policy.missedRuns === 'Once' ? 1 : 0;
  const missed: Date[] = [];
  const due: Date[] = [];
  let times = dueFrom(timing, nextRun);
  for (let next = times.next(); !next.done; next = times.next()) {
    const time = next.value;
    if (time > now || (due.length >= MAX_RUNS && time > (due.at(-1) as Date))) {
      return { due: merge(policy, missed, due), nextRun: time };
    }
    if (downtime === undefined || time <= downtime.from || time >= downtime.to) {
      due.push(time);
    } else if (missed.length < limit) {
      missed.push(time);
    } else {
      times = dueFrom(timing, downtime.to, false); // the others were missed too
    }
  }
  return { due: merge(policy, missed, due), nextRun: null };
}

/** With `Once`, a task that is due now also covers the missed times. */
function merge({ missedRuns }: MissedPolicy, missed: readonly Date[], due: readonly Date[]): Date[] {
  if (missedRuns === 'Once' && due.length > 0) return [...due];
  return [...missed, ...due].sort((a, b) => a.getTime() - b.getTime());
}

/** Yields the due times from an instant on. A promised instant is due even if the expression no longer matches it. */
function* dueFrom(timing: Timing, from: Date, promised = true): Generator<Date, void, undefined> {
  const times = dueTimes(timing, new Date(from.getTime() - 1));
  const first = times.next();
  if (promised && (first.done || first.value > from)) yield from;
  if (first.done) return;
  yield first.value;
  yield* times;
}
