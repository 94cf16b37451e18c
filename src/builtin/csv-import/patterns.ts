import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { LinearPattern, PatternRefused, TextTooLong } from '../../domain/linear-pattern.ts';
import { message } from '../../domain/message.ts';
import { PermanentError } from '../../workers/define-task.ts';

/** The longest that the patterns of all columns may take over the values of one chunk. */
const PATTERN_MILLISECONDS = 2000;
/** Matching lets other work of the process go on this often. */
const YIELD_MILLISECONDS = 20;

/**
 * Makes the pattern of a column, which a whole value must match.
 *
 * @throws PermanentError where it is no regular expression, or can't be matched in linear time
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

/** Matches the values of one chunk, without holding the process, and for no longer than a limit. */
export class ChunkMatcher {
  readonly #milliseconds: number;
  #spent = 0;

  constructor(milliseconds = PATTERN_MILLISECONDS) {
    this.#milliseconds = milliseconds;
  }

  /**
   * Which values match the pattern of a column. One that is too long for its pattern does not.
   *
   * @throws PermanentError where the limit is reached, with what earlier columns of the chunk have taken
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
