import { invalid } from './errors.ts';
import { ENDED_STATES } from './task-state.ts';

/** A final state of a task. */
export type EndedState = (typeof ENDED_STATES)[number];

/** A retention period in seconds after the last change; null for ever. */
export type Retention = number | null;

/** Retention periods by final state. Rules of lower precedence apply to states that are missing. */
export type RetentionRules = Readonly<Partial<Record<EndedState, Retention>>>;

/** The rules of the lowest precedence. */
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
 * Parses a retention period: `30d`, `12h`, `45m`, `90s`, or `never` for no removal.
 *
 * @throws RequestError (invalid) if it has another form or is longer than a hundred years
 */
export function parseRetention(text: string): Retention {
  if (/^never$/i.test(text.trim())) return null;
  const [, count = '', unit = ''] = /^(\d{1,10})([smhd])$/i.exec(text.trim()) ?? [];
  const seconds = Number(count) * (UNITS[unit.toLowerCase()] ?? 0);
  if (count === '' || seconds > MAX_SECONDS)
    throw invalid`"${text.slice(0, 40)}" is not a retention period; ${ACCEPTED} is accepted.`;
  return seconds;
}

/** Formats a retention period in the largest unit that divides it. */
export function formatRetention(retention: Retention): string {
  if (retention === null) return 'never';
  const [unit = 's', seconds = 1] =
    Object.entries(UNITS).findLast(([, seconds]) => retention !== 0 && retention % seconds === 0) ?? [];
  return `${retention / seconds}${unit}`;
}

/**
 * Parses rules such as `{ Succeeded: '30d', Failed: 'never' }`.
 *
 * @throws RequestError (invalid) if a state or a period is invalid
 */
export function readRules(given: Readonly<Record<string, string>>): RetentionRules {
  const rules: Partial<Record<EndedState, Retention>> = {};
  for (const [name, text] of Object.entries(given)) {
    const state = ENDED_STATES.find((one) => one.toLowerCase() === name.toLowerCase());
    if (state === undefined)
      throw invalid`"${name.slice(0, 40)}" is not a final state; ${ENDED_STATES.join(', ')} are accepted.`;
    rules[state] = parseRetention(text);
  }
  return rules;
}

/**
 * Parses rules in one text: `Succeeded=30d, Failed=never`.
 *
 * @throws RequestError (invalid) if a state or a period is invalid
 */
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

/** Merges rules in order of precedence: the first rules with a state decide it. */
export function mergeRules(
  ...rules: readonly (RetentionRules | undefined)[]
): Readonly<Record<EndedState, Retention>> {
  return Object.assign({}, KEEP_ALL, ...rules.toReversed());
}

/** Returns the time before which the last change must be for a removal; `undefined` if nothing is removed. */
export function cutoffOf(retention: Retention, now: Date): Date | undefined {
  return retention === null ? undefined : new Date(now.getTime() - retention * 1000);
}
