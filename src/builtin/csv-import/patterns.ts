import { createContext, Script } from 'node:vm';
import { message } from '../../domain/message.ts';
import { PermanentError } from '../../workers/define-task.ts';

/** The longest that one pattern may take over the values of one chunk. */
export const PATTERN_MILLISECONDS = 2000;

const sandbox = createContext(Object.create(null) as { pattern?: string; values?: readonly string[] });
// Comes back as a string of 0 and 1, so that no object of the other context leaves it.
const script = new Script(
  '{ const whole = new RegExp("^(?:" + pattern + ")$", "u"); values.map((value) => (whole.test(value) ? 1 : 0)).join("") }',
);

/**
 * Checks that a pattern is a regular expression.
 *
 * @throws PermanentError where it is not
 */
export function checkPattern(column: string, pattern: string): void {
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    throw new PermanentError(
      message`columns: the pattern of ${column} is not a regular expression: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/**
 * Tells which values match a pattern as a whole. A pattern comes from whoever starts the task, and some
 * patterns take years for some values; here they are interrupted, so that they can't stop the server.
 *
 * @throws PermanentError where it takes longer than the limit
 */
export function matchAll(
  column: string,
  pattern: string,
  values: readonly string[],
  milliseconds = PATTERN_MILLISECONDS,
): boolean[] {
  sandbox.pattern = pattern;
  sandbox.values = values;
  try {
    const flags = script.runInContext(sandbox, { timeout: milliseconds }) as string;
    return Array.from(flags, (flag) => flag === '1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new PermanentError(
      message`columns: the pattern of ${column} takes longer than ${milliseconds / 1000} s for ${values.length} values; a pattern without nested repetition is accepted.`,
      { cause: error },
    );
  } finally {
    sandbox.values = [];
  }
}
