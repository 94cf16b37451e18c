import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Downtime, dueAfter, dueTimes, type MissedPolicy, runsToStart } from './schedule.ts';
import { findTimeZone, type TimeZone, UTC } from './time-zone.ts';

const at = (text: string): Date => new Date(`${text}Z`);
const times = (dates: readonly Date[]): string[] => dates.map((date) => date.toISOString().slice(5, 16));
const hourly = { cron: '0 * * * *', timeZone: UTC };
const policy = (missedRuns: MissedPolicy['missedRuns'], missedLimit = 100): MissedPolicy => ({
  missedRuns,
  missedLimit,
});

describe('runsToStart', () => {
  const start = (
    which: MissedPolicy,
    next: string,
    now: string,
    down?: readonly [string, string],
  ): string[] => {
    const downtime: Downtime | undefined = down && { from: at(down[0]), to: at(down[1]) };
    return times(runsToStart(hourly, which, at(next), at(now), downtime).due);
  };

  test('starts nothing before the due time', () => {
    expect(start(policy('All'), '2026-05-01T10:00', '2026-05-01T09:59:59')).toEqual([]);
  });

  test.each(['Skip', 'Once', 'All'] as const)(
    '%s: every due time while a server was up, however late',
    (missedRuns) => {
      expect(start(policy(missedRuns), '2026-05-01T10:00', '2026-05-01T10:00')).toEqual(['05-01T10:00']);
      expect(start(policy(missedRuns), '2026-05-01T10:00', '2026-05-01T12:30')).toEqual(
        [10, 11, 12].map((hour) => `05-01T${hour}:00`),
      );
    },
  );

  test.each([
    ['Skip', 100, '05-01T10:00'],
    ['Once', 100, undefined],
    ['All', 100, undefined],
    ['All', 2, '05-01T12:00'],
  ] as const)('%s (at most %i): the first due time without a task is %s', (missedRuns, limit, skipped) => {
    const downtime = { from: at('2026-05-01T09:55'), to: at('2026-05-01T13:30') };
    const which = policy(missedRuns, limit);
    const firing = runsToStart(hourly, which, at('2026-05-01T10:00'), at('2026-05-01T13:30'), downtime);
    expect(firing.skipped && times([firing.skipped])[0]).toBe(skipped);
  });

  test('applies the policy after hours without a server', () => {
    const [next, now, down] = [
      '2026-05-01T10:00',
      '2026-05-01T13:30',
      ['2026-05-01T09:55', '2026-05-01T13:30'],
    ] as const;
    expect(start(policy('Skip'), next, now, down)).toEqual([]);
    expect(start(policy('Once'), next, now, down)).toEqual(['05-01T10:00']);
    expect(start(policy('All'), next, now, down)).toEqual([10, 11, 12, 13].map((hour) => `05-01T${hour}:00`));
    expect(start(policy('All', 2), next, now, down)).toEqual(['05-01T10:00', '05-01T11:00']);
  });

  test('starts late runs before and after a downtime, and missed ones by the policy', () => {
    const [next, now, down] = [
      '2026-05-01T09:00',
      '2026-05-01T13:30',
      ['2026-05-01T09:30', '2026-05-01T12:30'],
    ] as const;
    expect(start(policy('Skip'), next, now, down)).toEqual(['05-01T09:00', '05-01T13:00']);
    expect(start(policy('Once'), next, now, down)).toEqual(['05-01T09:00', '05-01T13:00']);
    expect(start(policy('All', 1), next, now, down)).toEqual(['05-01T09:00', '05-01T10:00', '05-01T13:00']);
  });

  test('starts a promised due time that no longer matches the expression', () => {
    expect(start(policy('Skip'), '2026-05-01T10:20', '2026-05-01T11:30')).toEqual([
      '05-01T10:20',
      '05-01T11:00',
    ]);
  });

  test('starts at most a thousand tasks; the rest follows from the next due time', () => {
    const everySecond = { cron: '* * * * * *', timeZone: UTC };
    const [next, now] = [at('2026-05-01T10:00'), at('2026-05-01T11:00')];
    const firing = runsToStart(everySecond, policy('Skip'), next, now);
    expect(firing.due).toHaveLength(1000);
    expect(firing.nextRun).toEqual(new Date(next.getTime() + 1_000_000));
  });

  test('skips years without a server without computing each due time', () => {
    const everySecond = { cron: '* * * * * *', timeZone: UTC };
    const now = at('2031-05-01T10:00:00.500');
    const firing = runsToStart(everySecond, policy('All', 2), at('2026-05-01T10:00'), now, {
      from: at('2026-05-01T09:00'),
      to: now,
    });
    expect(times(firing.due)).toEqual(['05-01T10:00', '05-01T10:00']);
    expect(firing.nextRun).toEqual(at('2031-05-01T10:00:01'));
  });

  test('starts every due time once, for any sequence of evaluations', () => {
    const looks = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 });
    const crons = fc.constantFrom('*/5 * * * * *', '* * * * *', '7 * * * * *', '15,45 2,3 * * *');
    fc.assert(
      fc.property(looks, crons, (steps, cron) => {
        const timing = { cron, timeZone: findTimeZone('Europe/Oslo') as TimeZone };
        const begin = at('2026-10-25T00:55:00');
        let now = begin;
        let [next] = dueAfter(timing, now, 1) as [Date];
        const started: number[] = [];
        for (const step of steps) {
          now = new Date(now.getTime() + step * 1000);
          const firing = runsToStart(timing, policy('Skip'), next, now);
          started.push(...firing.due.map((date) => date.getTime()));
          next = firing.nextRun as Date;
        }
        const all: number[] = [];
        for (const time of dueTimes(timing, begin)) {
          if (time > now) break;
          all.push(time.getTime());
        }
        expect(started).toEqual(all);
      }),
      { numRuns: 20 },
    );
  });
});
