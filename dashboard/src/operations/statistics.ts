import type { Statistics } from '../api/carriers.ts';

export type { Statistics };

type Change = Statistics['Changes'][number];

/** Sums of some changes. */
export interface Sums {
  readonly registered: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Seconds on average and at most; `null` where nothing began. */
  readonly waited: number | null;
  readonly longestWait: number | null;
}

/** Adds changes up; the average of waiting counts each by the runs that began. */
export function sum(changes: readonly Change[]): Sums {
  const total = (of: (change: Change) => number): number => changes.reduce((all, each) => all + of(each), 0);
  const begun = total((change) => change.Begun);
  return {
    registered: total((change) => change.Registered),
    succeeded: total((change) => change.Succeeded),
    failed: total((change) => change.Failed),
    waited: begun === 0 ? null : total((change) => change.Waited * change.Begun) / begun,
    longestWait: begun === 0 ? null : Math.max(...changes.map((change) => change.LongestWait)),
  };
}

/** How many of those that ended have failed, in percent; `null` where none ended. */
export function failureRate({ succeeded, failed }: Sums): number | null {
  return succeeded + failed === 0 ? null : (100 * failed) / (succeeded + failed);
}

/** The steps of a period in seconds since 1970, those without changes too, and the sums of each. */
export function stepsOf(
  { Since, StepSeconds, Changes }: Statistics,
  now: number,
): readonly [number[], Sums[]] {
  const byStep = Map.groupBy(Changes, (change) => Date.parse(change.At) / 1000);
  const times: number[] = [];
  for (let at = Date.parse(Since) / 1000; at <= now / 1000; at += StepSeconds) times.push(at);
  return [times, times.map((at) => sum(byStep.get(at) ?? []))];
}

/** How many processes ran tasks in each of these steps. */
export function workersAt({ Workers }: Statistics, times: readonly number[]): number[] {
  const byStep = new Map(Workers.map(({ At, Workers }) => [Date.parse(At) / 1000, Workers]));
  return times.map((at) => byStep.get(at) ?? 0);
}
