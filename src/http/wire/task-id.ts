import { invalid } from '../../domain/errors.ts';
import { INT32_MAX } from '../../domain/limits.ts';

/**
 * Reads a task id from a path or a query.
 *
 * @throws Refusal where it is not an int32
 */
export function readTaskId(text: string): number {
  if (/^-?\d{1,10}$/.test(text)) {
    const id = Number(text);
    if (Math.abs(id) <= INT32_MAX) return id;
  }
  throw invalid(
    `"${text.slice(0, 40)}" is not the id of a batch task; a whole number of 32 bits is accepted.`,
  );
}
