import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkCron, dueAfter, type MissedPolicy, runsToStart } from './schedule.ts';
import { findTimeZone, type TimeZone, UTC } from './time-zone.ts';

const zone = (name: string): TimeZone => findTimeZone(name) as TimeZone;
const times = (dates: readonly Date[]): string[] => dates.map((date) => date.toISOString().slice(5, 16));
const at = (text: string): Date => new Date(`${text}Z`);

describe('due times', () => {
  test('are those of the zone, by code or IANA name, in winter and in summer', () => {
    for (const name of ['NO', 'Europe/Oslo']) {
      const timing = { cron: '0 7 * * *', timeZone: zone(name) };
      expect(times(dueAfter(timing, at('2026-01-10T00:00'), 1))).toEqual(['01-10T06:00']);
      expect(times(dueAfter(timing, at('2026-07-10T00:00'), 1))).toEqual(['07-10T05:00']);
    }
  });

  test('that clocks skip are due when they have, and every day has one', () => {
    const timing = { cron: '30 2 * * *', timeZone: zone('Europe/Oslo') };
    expect(times(dueAfter(timing, at('2026-03-28T12:00'), 2))).toEqual(['03-29T01:30', '03-30T00:30']);
  });

  test('that clocks show twice are due once, the first time', () => {
    const timing = { cron: '30 2 * * *', timeZone: zone('Europe/Oslo') };
    expect(times(dueAfter(timing, at('2026-10-24T12:00'), 2))).toEqual(['10-25T00:30', '10-26T01:30']);
  });

  test('of every hour go on through both', () => {
    const timing = { cron: '0 * * * *', timeZone: zone('US-NY') };
    for (const day of ['2026-03-08T05:30', '2026-11-01T04:30']) {
      const due = dueAfter(timing, at(day), 5).map((date) => date.getTime());
      expect(due.slice(1).map((time, index) => time - (due[index] ?? 0))).toEqual([
        3.6e6, 3.6e6, 3.6e6, 3.6e6,
      ]);
    }
  });
});

describe('what is started', () => {
  const hourly = { cron: '0 * * * *', timeZone: UTC };
  const policy = (missedRuns: MissedPolicy['missedRuns'], missedLimit = 100): MissedPolicy => ({
    missedRuns,
    missedLimit,
  });
  const start = (which: MissedPolicy, next: string, now: string): string[] =>
    times(runsToStart(hourly, which, at(next), at(now)));

  test('nothing before its time', () => {
    expect(start(policy('All'), '2026-05-01T10:00', '2026-05-01T09:59:59')).toEqual([]);
  });

  test.each(['Skip', 'Once', 'All'] as const)('%s: one task when it is on time', (missedRuns) => {
    expect(start(policy(missedRuns), '2026-05-01T10:00', '2026-05-01T10:00')).toEqual(['05-01T10:00']);
    expect(start(policy(missedRuns), '2026-05-01T10:00', '2026-05-01T10:00:59')).toEqual(['05-01T10:00']);
  });

  test('after hours without a server, as the policy says', () => {
    const [next, now] = ['2026-05-01T10:00', '2026-05-01T13:30'];
    expect(start(policy('Skip'), next, now)).toEqual([]);
    expect(start(policy('Once'), next, now)).toEqual(['05-01T10:00']);
    expect(start(policy('All'), next, now)).toEqual([10, 11, 12, 13].map((hour) => `05-01T${hour}:00`));
    expect(start(policy('All', 2), next, now)).toEqual(['05-01T10:00', '05-01T11:00']);
  });

  test('what is on time stands for what was missed, or comes after it', () => {
    const [next, now] = ['2026-05-01T10:00', '2026-05-01T12:00:10'];
    expect(start(policy('Skip'), next, now)).toEqual(['05-01T12:00']);
    expect(start(policy('Once'), next, now)).toEqual(['05-01T12:00']);
    expect(start(policy('All', 1), next, now)).toEqual(['05-01T10:00', '05-01T12:00']);
  });

  test('however often one looks, every due time is started once', () => {
    const looks = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 });
    const crons = fc.constantFrom('*/5 * * * * *', '* * * * *', '7 * * * * *');
    fc.assert(
      fc.property(looks, crons, (steps, cron) => {
        const timing = { cron, timeZone: zone('Europe/Oslo') };
        const begin = at('2026-10-25T00:55:00');
        let now = begin;
        let [next] = dueAfter(timing, now, 1) as [Date];
        const started: number[] = [];
        for (const step of steps) {
          now = new Date(now.getTime() + step * 1000);
          const due = runsToStart(timing, policy('Skip'), next, now);
          started.push(...due.map((date) => date.getTime()));
          if (next <= now) [next] = dueAfter(timing, now, 1) as [Date];
        }
        const most = (now.getTime() - begin.getTime()) / 5000; // none is due more often than each five seconds
        const all = dueAfter(timing, begin, most).filter((date) => date <= now);
        expect(started).toEqual(all.map((date) => date.getTime()));
      }),
    );
  });
});

test.each(['', '* * * *', '* * * * * * *', '61 * * * *', '@reboot', 'H * * * *', '0 0 31 2 *', 'a b c d e'])(
  '%j is no cron expression',
  (cron) => {
    expect(() => checkCron({ cron, timeZone: UTC }, new Date())).toThrow('five fields');
  },
);

test.each(['* * * * *', '*/10 * * * * *', '@daily', '0 7 * * 1-5', '0 0 L * *', '0 0 29 2 *'])(
  '%j is one',
  (cron) => {
    checkCron({ cron, timeZone: UTC }, new Date());
  },
);
