import { useEffect, useState } from 'react';
import { timeZone } from './preferences.ts';
import { useTexts } from './texts.tsx';

/** Parses a time of the API; `undefined` if it was never set. */
export function readTime(text: string): number | undefined {
  if (text === '' || text.startsWith('0001-01-01')) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** Formats times and durations in the user's language and time zone. */
export function useTimes(): {
  /** Date and time of day; a dash if undefined. */
  readonly moment: (at: number | undefined) => string;
  /** Time of day. */
  readonly clock: (at: number) => string;
  /** A duration in its one or two largest units: `3 min 20 s`. */
  readonly span: (milliseconds: number) => string;
  readonly number: (value: number) => string;
} {
  const { locale } = useTexts();
  const zone = { timeZone: timeZone() };
  const unit = (value: number, name: string): string =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'narrow' }).format(value);
  return {
    moment: (at) =>
      at === undefined
        ? '–'
        : new Intl.DateTimeFormat(locale, { ...zone, dateStyle: 'medium', timeStyle: 'medium' }).format(at),
    clock: (at) => new Intl.DateTimeFormat(locale, { ...zone, timeStyle: 'medium' }).format(at),
    number: (value) => new Intl.NumberFormat(locale).format(value),
    span(milliseconds) {
      const seconds = Math.max(0, Math.round(milliseconds / 1000));
      const [minutes, hours, days] = [60, 3600, 86_400].map((each) => Math.floor(seconds / each)) as [
        number,
        number,
        number,
      ];
      if (days > 0) return `${unit(days, 'day')} ${unit(hours % 24, 'hour')}`;
      if (hours > 0) return `${unit(hours, 'hour')} ${unit(minutes % 60, 'minute')}`;
      if (minutes > 0) return `${unit(minutes, 'minute')} ${unit(seconds % 60, 'second')}`;
      return unit(seconds, 'second');
    },
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
