import { inspect } from 'node:util';
import { Message, storable, type Text } from '../core/message.ts';
import { isA } from './errors.ts';

/** A storable progress and the corrections made to it. */
export interface StorableProgress {
  /** An integer from 0 to 100; `undefined` if no number was given. */
  readonly percent: number | undefined;
  /** `undefined` if no text was given. */
  readonly text: Text | undefined;
  /** Describes invalid values, for the log; `undefined` if there are none. */
  readonly problem: string | undefined;
}

/**
 * Makes any reported progress storable, because an invalid progress must not fail its run. Clamps percentages to 0 to 100,
 * truncates texts, and replaces NUL and lone surrogates by U+FFFD.
 *
 * @param limit maximum length of the text, in UTF-16 code units
 */
export function storableProgress(percent: unknown, text: unknown, limit: number): StorableProgress {
  const problems: string[] = [];
  let whole: number | undefined;
  if (typeof percent === 'number' && !Number.isNaN(percent)) {
    whole = Math.trunc(Math.min(100, Math.max(0, percent)));
    if (percent < 0 || percent > 100) problems.push(`the percentage is ${percent}; ${whole} is shown`);
  } else {
    problems.push(`the percentage is ${shown(percent)}; the previous value is kept`);
  }
  let kept: Text | undefined;
  if (text !== undefined) {
    const given = typeof text === 'string' || isA(text, Message) ? text : shown(text);
    if (given !== text) problems.push(`the text is ${given}; a string or a message is expected`);
    kept = fitting(given, limit, problems);
  }
  return { percent: whole, text: kept, problem: problems.length === 0 ? undefined : problems.join('; ') };
}

function fitting(text: Text, limit: number, problems: string[]): Text {
  const stored = storable(text);
  const { length } = String(stored);
  if (length <= limit) return stored;
  problems.push(`the text is ${length} characters long; it is truncated to ${limit}`);
  return storable(`${String(stored).slice(0, limit - 1)}…`);
}

function shown(value: unknown): string {
  try {
    return inspect(value, { showProxy: true, customInspect: false, depth: 0, maxStringLength: 100 });
  } catch {
    return `a value of the type ${typeof value}`;
  }
}
