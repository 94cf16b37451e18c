import { Cron } from 'croner';
import { invalid } from './errors.ts';
import type { TimeZone } from './time-zone.ts';

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
  /** The first missed due time for which no task is started, by the policy; absent if there is none. */
  readonly skipped?: Date;
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
  let skipped: { readonly skipped?: Date } = {};
  let times = dueFrom(timing, nextRun);
  for (let next = times.next(); !next.done; next = times.next()) {
    const time = next.value;
    if (time > now || (due.length >= MAX_RUNS && time > (due.at(-1) as Date))) {
      return { due: merge(policy, missed, due), nextRun: time, ...skipped };
    }
    if (downtime === undefined || time <= downtime.from || time >= downtime.to) {
      due.push(time);
    } else if (missed.length < limit) {
      missed.push(time);
    } else {
      // With `Once`, the task of the first missed time is for all of them.
      if (policy.missedRuns !== 'Once') skipped = { skipped: time };
      times = dueFrom(timing, downtime.to, false); // the others were missed too
    }
  }
  return { due: merge(policy, missed, due), nextRun: null, ...skipped };
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

/** A cron expression and its time zone. */
export interface Timing {
  /** Five fields, six with leading seconds, or a nickname such as `@daily`. */
  readonly cron: string;
  readonly timeZone: TimeZone;
}

const ALIASES = /^@(?:hourly|daily|midnight|weekly|monthly|yearly|annually)$/i;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * Checks a cron expression.
 *
 * @throws RequestError (invalid) if it has other fields, a value out of range, or no due time after `now`
 */
export function checkCron(timing: Timing, now: Date): void {
  const problem = problemOf(timing, now);
  if (problem === undefined) return;
  throw invalid`Cron is "${timing.cron.slice(0, 100)}"; five fields (minute, hour, day, month, weekday), six with seconds in front, or @hourly, @daily, @weekly, @monthly or @yearly are accepted. ${problem}`;
}

function problemOf(timing: Timing, now: Date): string | undefined {
  const fields = fieldsOf(timing.cron);
  if (fields.length !== 5 && fields.length !== 6 && !ALIASES.test(timing.cron.trim())) {
    return `It has ${fields.length} fields.`;
  }
  // A step beyond the range of its field would silently mean "once".
  const [secondOrMinute, ...others] = fields;
  const [minute, hour] = fields.length === 6 ? others : [secondOrMinute, ...others];
  for (const [field = '', size] of [
    [fields.length === 6 ? secondOrMinute : '', 60],
    [minute, 60],
    [hour, 24],
  ] as const) {
    if (Number(/\/(\d+)/.exec(field)?.[1] ?? 1) >= size) return `The step of ${field} is ${size} or more.`;
  }
  try {
    return dueAfter(timing, now, 1).length === 0 ? 'It is never due.' : undefined;
  } catch (error) {
    return (error as Error).message.replace(/^CronPattern: /, '');
  }
}

/** Returns the first `count` due times after an instant, in order. */
export function dueAfter(timing: Timing, instant: Date, count: number): Date[] {
  const found: Date[] = [];
  if (count <= 0) return found;
  for (const due of dueTimes(timing, instant)) {
    found.push(due);
    if (found.length >= count) break;
  }
  return found;
}

/**
 * Yields the due times after an instant, in order.
 *
 * The expression is read as wall time, and each wall time becomes an instant by the rules of the zone:
 * - A time that clocks skip is due at the first instant after the gap; several such times are each due there.
 * - A time that clocks show twice is due the first time.
 * - A wildcard minute or hour (`*`, or a step over the whole range) follows the clock instead: skipped times have no due
 *   time, except for one at the end of the gap if the hours are fixed, and repeated times are due both times.
 *
 * @throws Error if the expression is malformed
 */
export function* dueTimes({ cron, timeZone }: Timing, after: Date): Generator<Date, void, undefined> {
  const expression = new Cron(cron.trim(), { timezone: 'UTC', paused: true, sloppyRanges: true });
  const clock = wildcardsOf(cron);
  const since = after.getTime();
  /** Second occurrences of repeated wall times, which come after the first occurrences of all. */
  const repeated: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (let wall = firstWallTime(timeZone, since); ; ) {
    const next = expression.nextRun(new Date(wall));
    if (next === null) break;
    wall = next.getTime();
    const { first, second, skipped } = instantsOf(timeZone, wall);
    while (repeated.length > 0 && (repeated[0] as number) < first) yield new Date(repeated.shift() as number);
    if (second !== undefined && clock !== undefined && second > since) repeated.push(second);
    const isDropped = skipped && clock !== undefined && (clock.hour || first === last);
    if (first <= since || isDropped) continue;
    last = first;
    yield new Date(first);
  }
  for (const instant of repeated) yield new Date(instant);
}

/** Returns the wildcards that make an expression follow the clock; `undefined` if it has fixed times of day. */
function wildcardsOf(cron: string): { readonly hour: boolean } | undefined {
  const alias = cron.trim().toLowerCase();
  if (alias === '@hourly') return { hour: true };
  if (alias.startsWith('@')) return undefined;
  const [minute = '', hour = ''] = fieldsOf(cron).slice(-5);
  const isWildcard = (field: string, all: string) => /^[*?]/.test(field) || field === all;
  if (isWildcard(hour, '0-23')) return { hour: true };
  return isWildcard(minute, '0-59') ? { hour: false } : undefined;
}

function fieldsOf(cron: string): string[] {
  return cron.trim().split(/\s+/);
}

/** Returns the wall time, as milliseconds of UTC, at which the search for due times after an instant starts. */
function firstWallTime(timeZone: TimeZone, instant: number): number {
  const offsets = offsetsAround(timeZone, instant);
  const shift = Math.max(...offsets) - Math.min(...offsets);
  const before = offsetAt(timeZone, instant - shift);
  const after = offsetAt(timeZone, instant + shift);
  // While clocks repeat an hour, wall times before the current one can still be due.
  return instant + offsetAt(timeZone, instant) - (after < before ? shift : 0);
}

interface Instants {
  /** The first occurrence of a wall time, or the end of the gap that skips it. */
  readonly first: number;
  /** The second occurrence, if clocks repeat it. */
  readonly second?: number;
  readonly skipped: boolean;
}

/** Returns the instants of a wall time, which is given as milliseconds of UTC. */
function instantsOf(timeZone: TimeZone, wall: number): Instants {
  const offsets = offsetsAround(timeZone, wall);
  const candidates = offsets.map((offset) => wall - offset).sort((a, b) => a - b);
  const shown = candidates.filter((instant) => instant + offsetAt(timeZone, instant) === wall);
  const [first, second] = shown;
  if (first !== undefined)
    return second === undefined ? { first, skipped: false } : { first, second, skipped: false };
  return { first: endOfGap(timeZone, wall, candidates), skipped: true };
}

/** Returns the first instant after the gap that skips a wall time. */
function endOfGap(timeZone: TimeZone, wall: number, candidates: readonly number[]): number {
  let before = Math.min(...candidates);
  let after = Math.max(...candidates);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (middle + offsetAt(timeZone, middle) > wall) after = middle;
    else before = middle;
  }
  return after;
}

/** Returns the distinct offsets of a zone within a day of an instant (or wall time), in milliseconds. */
function offsetsAround(timeZone: TimeZone, instant: number): number[] {
  const around = [instant - DAY_MS, instant, instant + DAY_MS].map((one) => offsetAt(timeZone, one));
  return [...new Set(around)];
}

/** Returns the offset from UTC at an instant, in milliseconds; positive is east. */
function offsetAt({ zone }: TimeZone, instant: number): number {
  return zone.offset(instant) * MINUTE_MS;
}
