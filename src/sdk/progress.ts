import { inspect } from 'node:util';
import { Message, storable, type Text } from '../core/message.ts';
import { isA } from './errors.ts';

/** A storable progress, and the corrections made. */
export interface StorableProgress {
  /** A whole number from 0 to 100; `undefined` if there was no number. */
  readonly percent: number | undefined;
  /** `undefined` if there was no text. */
  readonly text: Text | undefined;
  /** The violations of what `ctx.progress` documents; `undefined` if there are none. */
  readonly problem: string | undefined;
}

/**
 * Makes any reported progress storable, because a wrong progress must not fail its run. Percentages are clamped to
 * 0 to 100, texts are cut to the limit, and NUL and lone surrogates become U+FFFD.
 *
 * @param limit the longest text, in UTF-16 code units
 */
export function storableProgress(percent: unknown, text: unknown, limit: number): StorableProgress {
  const problems: string[] = [];
  let whole: number | undefined;
  if (typeof percent === 'number' && !Number.isNaN(percent)) {
    whole = Math.trunc(Math.min(100, Math.max(0, percent)));
    if (percent < 0 || percent > 100) problems.push(`the percentage is ${percent}; ${whole} is shown`);
  } else {
    problems.push(`the percentage is ${shown(percent)}; the one before is kept`);
  }
  let kept: Text | undefined;
  if (text !== undefined) {
    const given = typeof text === 'string' || isA(text, Message) ? text : shown(text);
    if (given !== text) problems.push(`the text is ${given}; a string or a message is accepted`);
    kept = fitting(given, limit, problems);
  }
  return { percent: whole, text: kept, problem: problems.length === 0 ? undefined : problems.join('; ') };
}

function fitting(text: Text, limit: number, problems: string[]): Text {
  const stored = storable(text);
  const { length } = String(stored);
  if (length <= limit) return stored;
  problems.push(`the text is ${length} characters long; ${limit} are shown`);
  return storable(`${String(stored).slice(0, limit - 1)}…`);
}

function shown(value: unknown): string {
  try {
    return inspect(value, { showProxy: true, customInspect: false, depth: 0, maxStringLength: 100 });
  } catch {
    return `a value of the type ${typeof value}`;
  }
}
