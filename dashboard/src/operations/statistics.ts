import type { Statistics } from '../api/carriers.ts';

export type { Statistics };

type Change = Statistics['Changes'][number];

/** Totals of changes. */
export interface Sums {
  readonly registered: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly stopped: number;
  /** Average and maximum in seconds; `null` if no runs started. */
  readonly waited: number | null;
  readonly longestWait: number | null;
}

/** Totals changes. The average waiting time is weighted by the runs that started. */
export function sum(changes: readonly Change[]): Sums {
  const total = (of: (change: Change) => number): number => changes.reduce((all, each) => all + of(each), 0);
  const begun = total((change) => change.Begun);
  return {
    registered: total((change) => change.Registered),
    succeeded: total((change) => change.Succeeded),
    failed: total((change) => change.Failed),
    stopped: total((change) => change.Stopped),
    waited: begun === 0 ? null : total((change) => change.Waited * change.Begun) / begun,
    longestWait: begun === 0 ? null : Math.max(...changes.map((change) => change.LongestWait)),
  };
}

/** The percentage of tasks that failed, of those that succeeded or failed; `null` if there are none. Stops don't count. */
export function failureRate({ succeeded, failed }: Sums): number | null {
  return succeeded + failed === 0 ? null : (100 * failed) / (succeeded + failed);
}

/** All steps of a period in seconds since 1970, and their totals. */
export function stepsOf(
  { Since, StepSeconds, Changes }: Pick<Statistics, 'Since' | 'StepSeconds' | 'Changes'>,
  now: number,
): readonly [number[], Sums[]] {
  const byStep = Map.groupBy(Changes, (change) => Date.parse(change.At) / 1000);
  const times: number[] = [];
  for (let at = Date.parse(Since) / 1000; at <= now / 1000; at += StepSeconds) times.push(at);
  return [times, times.map((at) => sum(byStep.get(at) ?? []))];
}

/** The number of processes that ran tasks in each step. */
export function workersAt(workers: Statistics['Workers'], times: readonly number[]): number[] {
  const byStep = new Map(workers.map(({ At, Workers }) => [Date.parse(At) / 1000, Workers]));
  return times.map((at) => byStep.get(at) ?? 0);
}

/** Possible distances of ticks on an axis: 1, 2 and 5 times powers of ten. @param smallest the smallest one, a power of ten */
export function tickSteps(smallest: number): number[] {
  const decades = Array.from({ length: 16 }, (_, index) => Math.round(Math.log10(smallest)) + index);
  // Divided where powers are negative, because 2 * 10 ** -3 is not exactly 0.002.
  return decades.flatMap((decade) =>
    [1, 2, 5].map((digit) => (decade < 0 ? digit / 10 ** -decade : digit * 10 ** decade)),
  );
}
