import { invalid } from '../../core/errors.ts';
import { isInt32 } from '../body/object-reader.ts';

/**
 * Reads a task id from a path or a query: digits with an optional sign (contract, section 2).
 *
 * @throws RequestError (invalid) if it is not an int32
 */
export function readTaskId(text: string): number {
  if (/^[+-]?\d+$/.test(text) && isInt32(Number(text))) return Number(text);
  throw invalid`"${text.slice(0, 40)}" is not the id of a batch task; a whole number of 32 bits is accepted.`;
}
