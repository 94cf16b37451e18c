import { invalid } from './errors.ts';
import { ENDED_STATES } from './task-state.ts';

/** A state in which a task has ended. */
export type EndedState = (typeof ENDED_STATES)[number];

/** For how many seconds tasks are kept in a state, after their last change; null is for ever. */
export type Retention = number | null;

/** How long tasks are kept by the states in which they have ended. A state that is not named is left to the next rules. */
export type RetentionRules = Readonly<Partial<Record<EndedState, Retention>>>;

/** What holds where nothing else is said: SucceededManualCleanup is left to the code that is responsible. */
const KEEP_ALL: Readonly<Record<EndedState, Retention>> = {
  Succeeded: null,
  Failed: null,
  SucceededManualCleanup: null,
};

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const ACCEPTED = '30d, 12h, 45m, 90s or never';
/** A hundred years. */
const MAX_SECONDS = 36_500 * 86_400;

/**
 * Reads for how long something is kept: `30d`, `12h`, `45m`, `90s`, or `never` for never removed.
 *
 * @throws RequestError (invalid) where it is none of these, or longer than a hundred years
 */
export function parseRetention(text: string): Retention {
  if (/^never$/i.test(text.trim())) return null;
  const [, count = '', unit = ''] = /^(\d{1,10})([smhd])$/i.exec(text.trim()) ?? [];
  const seconds = Number(count) * (UNITS[unit.toLowerCase()] ?? 0);
  if (count === '' || seconds > MAX_SECONDS)
    throw invalid`"${text.slice(0, 40)}" is no time to keep something; ${ACCEPTED} is accepted.`;
  return seconds;
}

/** A retention as people write it. */
export function formatRetention(retention: Retention): string {
  if (retention === null) return 'never';
  const [unit = 's', seconds = 1] =
    Object.entries(UNITS).findLast(([, seconds]) => retention !== 0 && retention % seconds === 0) ?? [];
  return `${retention / seconds}${unit}`;
}

/**
 * Reads rules such as `{ Succeeded: '30d', Failed: 'never' }`.
 *
 * @throws RequestError (invalid) where a state or a time is not accepted
 */
export function readRules(given: Readonly<Record<string, string>>): RetentionRules {
  const rules: Partial<Record<EndedState, Retention>> = {};
  for (const [name, text] of Object.entries(given)) {
    const state = ENDED_STATES.find((one) => one.toLowerCase() === name.toLowerCase());
    if (state === undefined)
      throw invalid`"${name.slice(0, 40)}" is no state in which a task has ended; ${ENDED_STATES.join(', ')} are accepted.`;
    rules[state] = parseRetention(text);
  }
  return rules;
}

/** Reads rules from one text: `Succeeded=30d, Failed=never`. Throws as `readRules` does. */
export function parseRules(text: string): RetentionRules {
  const parts = text.split(',').flatMap((part) => part.trim() || []);
  return readRules(
    Object.fromEntries(
      parts.map((part) => {
        const at = part.indexOf('=');
        return at === -1 ? [part, ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
      }),
    ),
  );
}

/** The rules that hold, of several: for each state the first that name it. */
export function mergeRules(
  ...rules: readonly (RetentionRules | undefined)[]
): Readonly<Record<EndedState, Retention>> {
  return Object.assign({}, KEEP_ALL, ...rules.toReversed());
}

/** What was last changed before this is to be removed; `undefined` where nothing is. */
export function cutoffOf(retention: Retention, now: Date): Date | undefined {
  return retention === null ? undefined : new Date(now.getTime() - retention * 1000);
}
