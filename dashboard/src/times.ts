import { useEffect, useState } from 'react';
import { timeZone } from './preferences.ts';
import { useTexts } from './texts.tsx';

/** Parses a time of the API; `undefined` if it was never set. */
export function readTime(text: string): number | undefined {
  if (text === '' || text.startsWith('0001-01-01')) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

type Unit = 'day' | 'hour' | 'minute' | 'second' | 'millisecond';

const SECONDS: readonly (readonly [Unit, number])[] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** Splits a duration into its one or two largest units: 200 s are 3 minutes and 20 seconds. */
export function spanOf(milliseconds: number): readonly (readonly [number, Unit])[] {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const largest = SECONDS.findIndex(([, size]) => seconds >= size);
  if (largest === -1) return [[0, 'second']];
  return SECONDS.slice(largest, largest + 2).map(([unit, size], index) => [
    Math.floor((index === 0 ? seconds : seconds % (SECONDS[largest]?.[1] ?? 1)) / size),
    unit,
  ]);
}

/** The same, with milliseconds below a second and tenths of a second below ten. */
export function durationOf(milliseconds: number): ReturnType<typeof spanOf> {
  const value = Math.max(0, milliseconds);
  if (value < 1000) return [[Math.round(value), 'millisecond']];
  if (value < 9950) return [[Math.round(value / 100) / 10, 'second']];
  return spanOf(value);
}

/** Formats times and durations in the user's language and time zone. */
export function useTimes(): {
  /** Date and time of day; a dash if undefined. */
  readonly moment: (at: number | undefined) => string;
  /** The distance from now: `5 min ago`. */
  readonly ago: (at: number, now: number) => string;
  /** Time of day. */
  readonly clock: (at: number) => string;
  /** A duration in its one or two largest units, in whole seconds: `3 min 20 s`. */
  readonly span: (milliseconds: number) => string;
  /** A duration like {@link span}, but precise below ten seconds: `350 ms`, `3.4 s`. */
  readonly duration: (milliseconds: number) => string;
  readonly number: (value: number) => string;
} {
  const { locale } = useTexts();
  const zone = { timeZone: timeZone() };
  const write = (parts: ReturnType<typeof spanOf>): string =>
    parts
      .map(([value, unit]) =>
        new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow' }).format(value),
      )
      .join(' ');
  return {
    moment: (at) =>
      at === undefined
        ? '–'
        : new Intl.DateTimeFormat(locale, { ...zone, dateStyle: 'medium', timeStyle: 'medium' }).format(at),
    ago(at, now) {
      const [[value, unit] = [0, 'second' as const]] = spanOf(Math.abs(now - at));
      return new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' }).format(
        at > now ? value : -value,
        unit === 'millisecond' ? 'second' : unit,
      );
    },
    clock: (at) => new Intl.DateTimeFormat(locale, { ...zone, timeStyle: 'medium' }).format(at),
    number: (value) => new Intl.NumberFormat(locale).format(value),
    span: (milliseconds) => write(spanOf(milliseconds)),
    duration: (milliseconds) => write(durationOf(milliseconds)),
  };
}

/** The current time, updated every second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
