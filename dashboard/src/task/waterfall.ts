import type { Children } from '../api/carriers.ts';
import { readTime } from '../times.ts';

export type Child = Children['Children'][number];

/** When a child waited and ran, in milliseconds since 1970. */
export interface ChildTimes {
  readonly created: number;
  /** When its first attempt began; `undefined` before. */
  readonly started: number | undefined;
  /** When it ended; now until then. */
  readonly until: number;
}

/** The common time axis of the bars. */
export interface Axis {
  readonly from: number;
  readonly length: number;
  /** Milliseconds after `from`. */
  readonly ticks: readonly number[];
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Distances of ticks that people read at a glance. */
const STEPS: readonly number[] = [
  ...[10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].flatMap((count) => [count * SECOND, count * MINUTE]),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((count) => count * DAY),
].sort((a, b) => a - b);
const MAX_TICKS = 4;

/** Returns when a child waited and ran. A clock that jumped backwards makes no negative times. */
export function timesOf({ Started, Ended, Task }: Child, now: number): ChildTimes {
  const created = readTime(Task.Created) ?? now;
  const started = readTime(Started ?? '');
  const first = started === undefined ? undefined : Math.max(created, started);
  return { created, started: first, until: Math.max(first ?? created, readTime(Ended ?? '') ?? now) };
}

/** Returns the axis on which all the times fit. */
export function axisOf(times: readonly ChildTimes[]): Axis {
  const from = Math.min(...times.map(({ created }) => created));
  const length = Math.max(1, ...times.map(({ until }) => until - from));
  const step = STEPS.find((each) => length / each <= MAX_TICKS) ?? length;
  const ticks = Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => index * step);
  return { from, length, ticks };
}

/** Returns the place of a span on the axis, in percent, cut off at the ends of the axis. */
export function placeOf(
  { from, length }: Pick<Axis, 'from' | 'length'>,
  begin: number,
  end: number,
): { readonly left: number; readonly width: number } {
  const percent = (at: number): number => Math.min(100, Math.max(0, (100 * (at - from)) / length));
  const left = percent(begin);
  return { left, width: Math.max(0, percent(end) - left) };
}
