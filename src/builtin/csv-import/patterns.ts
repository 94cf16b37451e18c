import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { LinearPattern, PatternRefused, TextTooLong } from '../../core/linear-pattern.ts';
import { message } from '../../core/message.ts';
import { PermanentError } from '../../sdk/errors.ts';

/** Time limit for matching the patterns of all columns against the values of one chunk. */
const PATTERN_MILLISECONDS = 2000;
/** Interval at which matching yields to the event loop. */
const YIELD_MILLISECONDS = 20;

/**
 * Compiles the pattern of a column, which a whole value must match.
 *
 * @throws PermanentError if it is not a regular expression, or can't be matched in linear time
 */
export function patternOf(column: string, pattern: string): LinearPattern {
  try {
    new RegExp(pattern, 'u'); // alone: `a)(b` is a pattern only between parentheses
    return new LinearPattern(`^(?:${pattern})$`);
  } catch (error) {
    if (!(error instanceof PatternRefused || error instanceof SyntaxError)) throw error;
    throw new PermanentError(
      message`columns: the pattern of ${column} is not a regular expression: ${error.message}`,
      { cause: error },
    );
  }
}

/** Matches the values of one chunk within a time limit, without blocking the event loop. */
export class ChunkMatcher {
  readonly #milliseconds: number;
  #spent = 0;

  constructor(milliseconds = PATTERN_MILLISECONDS) {
    this.#milliseconds = milliseconds;
  }

  /**
   * Returns which values match the pattern of a column. A value that is too long for its pattern does not match.
   *
   * @throws PermanentError if the time limit, which all columns of the chunk share, is reached
   */
  async matchAll(column: string, pattern: LinearPattern, values: readonly string[]): Promise<boolean[]> {
    const matches: boolean[] = [];
    let began = performance.now();
    for (const value of values) {
      matches.push(isMatch(pattern, value));
      const now = performance.now();
      if (this.#spent + now - began > this.#milliseconds)
        throw new PermanentError(
          message`columns: the pattern of ${column} takes longer than ${this.#milliseconds / 1000} s for ${values.length} values; a simpler pattern or a smaller chunkRows is accepted.`,
        );
      if (now - began < YIELD_MILLISECONDS) continue;
      this.#spent += now - began;
      await yieldToOthers();
      began = performance.now();
    }
    this.#spent += performance.now() - began;
    return matches;
  }
}

function isMatch(pattern: LinearPattern, value: string): boolean {
  try {
    return pattern.test(value);
  } catch (error) {
    if (error instanceof TextTooLong) return false;
    throw error;
  }
}
