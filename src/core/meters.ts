import type { RunOutcome } from './run-outcome.ts';
import { hasEnded, type StoredState } from './task-state.ts';

/** An error that escaped from the code of a run. */
export type FaultKind = 'unhandled rejection' | 'uncaught exception';

/** How a run has ended, as it is counted. */
export type CountedOutcome =
  | 'succeeded'
  | 'failed'
  /** It has failed, and the task has another run. */
  | 'retried'
  | 'stopped'
  /** It was given back unfinished: the server or the worker stops. */
  | 'handed_back'
  /** Its worker was lost. */
  | 'lost'
  /** The task waits for its children. */
  | 'waiting';

/** The end of a run, as it is counted. */
export interface CountedRun {
  /** The definition. */
  readonly name: string;
  readonly outcome: CountedOutcome;
  /** How long it has run, by the database's clock. */
  readonly seconds: number;
  /** How many runs the task has had, where it has ended. */
  readonly runs: number | undefined;
}

/** Is told what the engine has done, a batch at a time, after the transaction that did it. Never throws. */
export interface EngineMeter {
  /** Callers, schedules or parents have started tasks of a definition. */
  started(name: string, tasks: number): void;
  /** @param seconds how long the statement or transaction took; it may have claimed nothing */
  claimed(
    claimed: readonly {
      readonly task: { readonly name: string };
      readonly waitedSeconds: number | undefined;
    }[],
    seconds: number,
  ): void;
  /** Ends of runs that still held their tasks, of one transaction. */
  ended(runs: readonly CountedRun[]): void;
  /** A task of this definition begins to wait for its children, so that its run is over. */
  waits(name: string): void;
  /** A run of this process has found that it no longer holds its task. */
  orphaned(name: string): void;
  /** An error escaped from the code of a run, possibly after the run's end; no name if the run is unknown. */
  faulted(name: string | undefined, kind: FaultKind): void;
}

/** Counts nothing. */
export const NO_METER: EngineMeter = {
  started() {},
  claimed() {},
  ended() {},
  waits() {},
  orphaned() {},
  faulted() {},
};

/** How the end of a run is counted. */
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

/** Is told of the requests that this process answers. Never throws. */
export interface HttpMeter {
  began(): void;
  /** @param route the pattern of the route, so that there are few; `none` where no route has matched */
  answered(method: string, route: string, status: number, seconds: number): void;
  /** How many event streams are open now. */
  streams(open: number): void;
}

/** What has become of one try of a delivery. */
export type TryOutcome =
  | 'delivered'
  /** Another try follows. */
  | 'failed'
  /** It was the last one. */
  | 'dead';

/** Is told of every try of a delivery of a webhook. Never throws. */
export interface WebhookMeter {
  tried(outcome: TryOutcome, seconds: number): void;
}
