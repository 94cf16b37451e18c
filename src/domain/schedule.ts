import { CronExpressionParser } from 'cron-parser';
import { invalid } from './errors.ts';
import type { TimeZone } from './time-zone.ts';

/** What becomes of due times that nobody could start a task at, because no server was up. */
export const MISSED_RUNS = ['Skip', 'Once', 'All'] as const;
/** `Skip` lets them go, `Once` makes up for all of them by one task, `All` by one task each, up to a limit. */
export type MissedRuns = (typeof MISSED_RUNS)[number];

/** The most missed runs that a schedule may make up for. */
export const MOST_MISSED_RUNS = 100;

/** A due time is missed when it is this much in the past. */
const MISSED_MS = 60_000;

const ALIASES = /^@(?:hourly|daily|weekly|monthly|yearly)$/i;

/** When a schedule is due. */
export interface Timing {
  /** Five fields, six with seconds in front, or `@daily` and its like. */
  readonly cron: string;
  readonly timeZone: TimeZone;
}

/** The policy of a schedule for what it has missed. */
export interface MissedPolicy {
  readonly missedRuns: MissedRuns;
  /** The most tasks for missed due times, where it is `All`. */
  readonly missedLimit: number;
}

/**
 * Checks a cron expression.
 *
 * @throws Refusal (invalid) where it is none, or never due
 */
export function checkCron({ cron, timeZone }: Timing, now: Date): void {
  const fields = cron.trim().split(/\s+/);
  const known = fields.length === 5 || fields.length === 6 || ALIASES.test(cron.trim());
  // An H stands for a time that is drawn by lot, and would be another on every server.
  const problem =
    known && !fields.some((field) => /(?:^|,)H/.test(field))
      ? problemOf({ cron, timeZone }, now)
      : 'It has other fields.';
  if (problem === undefined) return;
  throw invalid`Cron is "${cron.slice(0, 100)}"; five fields (minute, hour, day, month, weekday), six with seconds in front, or @hourly, @daily, @weekly, @monthly or @yearly are accepted. ${problem}`;
}

function problemOf(timing: Timing, now: Date): string | undefined {
  try {
    parse(timing, now).next();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The due times after an instant, at most so many. */
export function dueAfter(timing: Timing, instant: Date, count: number): Date[] {
  const cron = parse(timing, instant);
  const found: Date[] = [];
  while (found.length < count && cron.hasNext()) found.push(cron.next().toDate());
  return found;
}

/**
 * The due times that tasks are to be started for now, in their order: those that are on time, and of those that
 * were missed as many as the policy says. Where clocks go forward, a time that they skip is due when they have; where
 * they go back, a time of the day that they show twice is due once, the first time.
 *
 * @param nextRun the first due time that was not looked at yet
 */
export function runsToStart(timing: Timing, policy: MissedPolicy, nextRun: Date, now: Date): Date[] {
  if (nextRun > now) return [];
  const onTimeFrom = new Date(Math.max(nextRun.getTime(), now.getTime() - MISSED_MS + 1));
  const onTime = dueFrom(timing, onTimeFrom, now, MISSED_MS / 1000 + 1);
  if (nextRun >= onTimeFrom || policy.missedRuns === 'Skip') return onTime;
  if (policy.missedRuns === 'Once') return onTime.length > 0 ? onTime : [nextRun];
  const missed = dueFrom(timing, nextRun, new Date(onTimeFrom.getTime() - 1), policy.missedLimit);
  return [...missed, ...onTime];
}

/** The due times from one instant to another, both counting, at most so many of the first. */
function dueFrom(timing: Timing, from: Date, to: Date, count: number): Date[] {
  const cron = parse(timing, new Date(from.getTime() - 1));
  const found: Date[] = [];
  while (found.length < count && cron.hasNext()) {
    const due = cron.next().toDate();
    if (due > to) break;
    found.push(due);
  }
  return found;
}

function parse({ cron, timeZone }: Timing, after: Date) {
  return CronExpressionParser.parse(cron.trim(), { currentDate: after, tz: timeZone.iana });
}
