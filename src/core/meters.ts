import type { RunOutcome } from './run-outcome.ts';
import { hasEnded, type StoredState } from './task-state.ts';

/** An error that escaped from the code of a run. */
export type FaultKind = 'unhandled rejection' | 'uncaught exception';

/** The outcome of a run in metrics. */
export type CountedOutcome =
  | 'succeeded'
  | 'failed'
  /** The run failed and is retried. */
  | 'retried'
  | 'stopped'
  /** The run was returned to the queue, because the server or the worker shut down. */
  | 'handed_back'
  /** The worker was lost. */
  | 'lost'
  /** The task waits for its children. */
  | 'waiting';

/** An ended run in metrics. */
export interface CountedRun {
  /** The definition. */
  readonly name: string;
  readonly outcome: CountedOutcome;
  /** Duration of the run by the database's clock. */
  readonly seconds: number;
  /** Number of runs of the task; `undefined` unless the task has ended. */
  readonly runs: number | undefined;
}

/** Records metrics of tasks and runs, in batches, after the transaction has committed. Never throws. */
export interface EngineMeter {
  /** Callers, schedules or parents started tasks of a definition. */
  started(name: string, tasks: number): void;
  /** A claim ended, possibly without tasks. @param seconds duration of the statement or transaction */
  claimed(
    claimed: readonly {
      readonly task: { readonly name: string };
      readonly waitedSeconds: number | undefined;
    }[],
    seconds: number,
  ): void;
  /** Runs that still owned their tasks ended in one transaction. */
  ended(runs: readonly CountedRun[]): void;
  /** A stop ended tasks of a definition, while they ran or before. */
  stopped(name: string, tasks: number): void;
  /** A run ended because its task waits for children. */
  waits(name: string): void;
  /** A run of this process lost its lease. */
  orphaned(name: string): void;
  /** An error escaped from the code of a run, possibly after the run's end; no name if the run is unknown. */
  faulted(name: string | undefined, kind: FaultKind): void;
}

/** A meter that records nothing. */
export const NO_METER: EngineMeter = {
  started() {},
  claimed() {},
  ended() {},
  stopped() {},
  waits() {},
  orphaned() {},
  faulted() {},
};

/** Returns the outcome of a run in metrics. */
export function countedOutcome(
  outcome: RunOutcome['kind'],
  after: { readonly state: StoredState; readonly isStopped: boolean },
): CountedOutcome {
  if (after.isStopped) return 'stopped';
  if (outcome === 'returned') return 'succeeded';
  if (outcome === 'interrupted') return 'handed_back';
  if (outcome === 'lost') return 'lost';
  return hasEnded(after.state) ? 'failed' : 'retried';
}

/** Records metrics of the HTTP requests of this process. Never throws. */
export interface HttpMeter {
  began(): void;
  /** @param route the pattern of the route, to bound the cardinality; `none` if no route matched */
  answered(method: string, route: string, status: number, seconds: number): void;
  /** Sets the number of open event streams. */
  streams(open: number): void;
}

/** The outcome of an attempt to deliver a webhook. */
export type TryOutcome =
  | 'delivered'
  /** Another attempt follows. */
  | 'failed'
  /** It was the last attempt. */
  | 'dead';

/** Records metrics of webhook deliveries, one call per attempt. Never throws. */
export interface WebhookMeter {
  tried(outcome: TryOutcome, seconds: number): void;
}

/** Receives the duration of every statement of this process. Must not throw. */
export interface DatabaseMeter {
  /** @param error the error of a failed statement */
  statement(seconds: number, error?: unknown): void;
}
